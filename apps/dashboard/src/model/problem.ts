import type { MqttError } from '@mqtide/client';
import { AwsError } from '@mqtide/client/aws';

/** An error as it is shown: what it is called, what happened, what to try. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly reasonCode?: number;
}

/** Reads anything that was thrown. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof Error)) return { code: 'UNEXPECTED', message: String(error) };
  const { code, message, hint, reasonCode, cause } = error as Partial<MqttError> & Error;
  return {
    code: code ?? error.name,
    // What the helpers for AWS say has no secrets in it, and says more than which function has failed.
    message: cause instanceof AwsError ? cause.message : message,
    ...(hint !== undefined && { hint }),
    ...(reasonCode !== undefined && { reasonCode }),
  };
}

/** A problem in one sentence or two, for places with room for no more. */
export function inOneLine({ message, hint }: Problem): string {
  return hint === undefined ? message : `${message} ${hint}`;
}
