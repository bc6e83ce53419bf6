import type { MqttError } from '@mqtide/client';

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
  const { code, message, hint, reasonCode } = error as Partial<MqttError> & Error;
  return {
    code: code ?? error.name,
    message,
    ...(hint !== undefined && { hint }),
    ...(reasonCode !== undefined && { reasonCode }),
  };
}

/** A problem in one sentence or two, for places with room for no more. */
export function inOneLine({ message, hint }: Problem): string {
  return hint === undefined ? message : `${message} ${hint}`;
}
