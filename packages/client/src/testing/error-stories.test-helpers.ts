import type { ScriptedConnection } from '@mqtide/testkit';
import type { ErrorCode, MqttError } from '../errors.ts';
import type { ClientOptions } from '../options.ts';
import { type SetUp, connected, setUp } from './set-up.test-helpers.ts';

/** A way to an error, and whether the same call or the next attempt may do better. */
export interface Story {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  /** Codes for which nothing can be tried that the client does not do by itself. */
  readonly hint?: false;
  tell(): Promise<unknown>;
}

/** The error of the state after an attempt that went wrong. */
export async function failedAttempt(
  goWrong: (made: SetUp) => unknown,
  options: Partial<ClientOptions> = {},
): Promise<MqttError | undefined> {
  const made = setUp(options);
  void made.client.start();
  await made.clock.settle();
  await goWrong(made);
  await made.clock.settle();
  const { error } = made.client.state;
  await made.client.stop();
  return error;
}

/** The error of the state after a connection that went wrong. */
export async function failedConnection(
  goWrong: (made: Awaited<ReturnType<typeof connected>>) => unknown,
): Promise<MqttError | undefined> {
  const made = await connected();
  await goWrong(made);
  await made.clock.settle();
  const { error } = made.client.state;
  await made.client.stop();
  return error;
}

/** Lets the client send its CONNECT. */
export const accept = async ({ broker, clock }: SetUp): Promise<ScriptedConnection> => {
  const server = await broker.nextConnection();
  server.wire.accept();
  await clock.settle();
  return server;
};
