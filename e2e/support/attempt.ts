import type { ClientOptions, CredentialsOptions } from '@mqtide/client';

/** An `MqttError` on its way out of the page. */
export interface ReportedError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly reasonCode: number | undefined;
  readonly reasonName: string | undefined;
  readonly retryable: boolean;
  readonly packet: { readonly type: string } | undefined;
}

/** Options that can be handed to a page. */
export interface AttemptOptions extends Pick<ClientOptions, 'protocolVersion' | 'reconnect' | 'connectTimeoutMs'> {
  readonly url: string;
  readonly credentials?: CredentialsOptions;
}

/** How a first attempt to connect failed. */
export interface FailedAttempt {
  readonly error: ReportedError;
  readonly willRetryInMs?: number;
  /** What `start()` made of it: `pending` as long as there are other attempts, otherwise the code of its error. */
  readonly start: string;
  readonly status: string;
}

/**
 * Runs in the page, so it sees nothing of this file. Starts a client and tells how its first attempt failed; then stops
 * it. Two failures before another attempt would be an error in the test.
 */
export async function failToConnect(options: AttemptOptions): Promise<FailedAttempt> {
  const client = mqtide.createClient(options);
  const events: Omit<FailedAttempt, 'start' | 'status'>[] = [];
  const failed = new Promise<void>((resolve) =>
    client.on('connectionFailure', ({ error, willRetryInMs }) => {
      const { code, message, hint, reasonCode, reasonName, retryable, packet } = error;
      const reported = { code, message, hint, reasonCode, reasonName, retryable, packet };
      events.push({ error: reported, ...(willRetryInMs !== undefined && { willRetryInMs }) });
      resolve();
    }),
  );
  let start = 'pending';
  client.start().catch((error) => (start = error.code));
  await failed;
  await new Promise((resolve) => setTimeout(resolve));
  const { status } = client.state;
  const startSoFar = start;
  await client.stop();
  const [event, ...others] = events;
  if (event === undefined || others.length > 0) throw new Error(`${events.length} failures of one attempt`);
  return { ...event, start: startSoFar, status };
}
