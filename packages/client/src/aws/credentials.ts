import type { ServiceClock } from './clock.ts';
import { AwsError } from './errors.ts';

/** Credentials of AWS, as every SDK has them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string | undefined;
  /** When they end. Text as JSON has it is understood, too; `null` is never. */
  readonly expiration?: Date | string | null | undefined;
}

/** Provides credentials: any provider of the AWS SDK for JavaScript v3 is one, and so is a function of your own. */
export type AwsCredentialProvider = () => AwsCredentials | Promise<AwsCredentials>;

/** Asked anew when less is left: they have to last until the server has checked them, not as long as the connection. */
const REFRESH_AHEAD_MS = 300_000;
/** A server that refuses credentials of this age may know something that we do not. */
const TRUSTED_MS = 60_000;

/** Who waits for credentials. */
export interface CredentialsRequest {
  /** Gives up waiting. */
  readonly signal: AbortSignal;
  /** The last attempt failed in a way that bad credentials explain. */
  readonly suspect: boolean;
}

interface Held {
  readonly credentials: AwsCredentials;
  /** Milliseconds since the epoch; `Infinity` for those that do not end. */
  readonly endsAt: number;
  readonly askedAt: number;
}

/** Credentials that are refreshed ahead of their end, once for all who ask meanwhile. */
export class CredentialSource {
  readonly #provide: AwsCredentialProvider;
  readonly #clock: ServiceClock;
  #held: Held | undefined;
  #flight: Promise<AwsCredentials> | undefined;

  constructor(source: AwsCredentials | AwsCredentialProvider, clock: ServiceClock) {
    this.#provide = typeof source === 'function' ? source : () => source;
    this.#clock = clock;
  }

  /** Rejects with `CREDENTIALS_FAILED`, `CREDENTIALS_INVALID`, what the provider's `AwsError` says, or the signal's reason. */
  async get({ signal, suspect }: CredentialsRequest): Promise<AwsCredentials> {
    const now = this.#clock.now();
    const held = this.#held;
    const isFresh = held !== undefined && held.endsAt - now > REFRESH_AHEAD_MS;
    if (isFresh && !(suspect && now - held.askedAt > TRUSTED_MS)) return held.credentials;
    const flight = (this.#flight ??= this.#refresh());
    try {
      return await unlessAborted(flight, signal);
    } catch (error) {
      // One that hangs must not hold up the next attempt as well.
      if (signal.aborted && this.#flight === flight) this.#flight = undefined;
      if (!signal.aborted && held !== undefined && held.endsAt > this.#clock.now()) return held.credentials;
      throw error;
    }
  }

  #refresh(): Promise<AwsCredentials> {
    const askedAt = this.#clock.now();
    const flight = Promise.resolve()
      .then(() => this.#provide())
      .then(
        (credentials) => {
          const endsAt = endOf(credentials);
          if (endsAt <= this.#clock.now())
            throw new AwsError('CREDENTIALS_INVALID', `The credentials ended at ${new Date(endsAt).toISOString()}.`, {
              hint: 'Is the clock of this machine right? See `clockOffsetMs`.',
            });
          this.#held = { credentials, endsAt, askedAt };
          return credentials;
        },
        (cause: unknown) => {
          // Its message may hold a token; it is kept as the cause alone.
          throw cause instanceof AwsError
            ? cause
            : new AwsError('CREDENTIALS_FAILED', 'The credential provider failed.', { hint: 'See `cause`.', cause });
        },
      )
      .finally(() => {
        if (this.#flight === flight) this.#flight = undefined;
      });
    // Whoever waited may be gone by then.
    flight.catch(() => {});
    return flight;
  }
}

function endOf(credentials: Partial<AwsCredentials> | undefined): number {
  const { accessKeyId, secretAccessKey, expiration } = credentials ?? {};
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string' || !accessKeyId || !secretAccessKey)
    throw new AwsError('CREDENTIALS_INVALID', 'The credentials lack `accessKeyId` or `secretAccessKey`.');
  const endsAt = new Date(expiration ?? Number.NaN).getTime();
  return Number.isNaN(endsAt) ? Number.POSITIVE_INFINITY : endsAt;
}

function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise<Value>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
