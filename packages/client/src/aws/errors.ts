/** What went wrong, as a string to switch on. */
export type AwsErrorCode =
  /** An option can never work. Thrown at once. */
  | 'INVALID_ARGUMENT'
  /** The endpoint does not tell its region: pass `region`. Thrown at once. */
  | 'REGION_UNKNOWN'
  /** An optional peer dependency could not be loaded; the hint names the command that installs it. */
  | 'PACKAGE_MISSING'
  /** The credential provider failed; see `cause`. */
  | 'CREDENTIALS_FAILED'
  /** The credentials are no credentials, or are over. */
  | 'CREDENTIALS_INVALID';

/**
 * What the helpers throw. During an attempt the client reports it as the `cause` of `URL_FAILED` (or
 * `CREDENTIALS_FAILED`) and tries again.
 */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: AwsErrorCode;
  /** What to try. */
  declare readonly hint?: string;

  constructor(code: AwsErrorCode, message: string, { hint, cause }: { hint?: string; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    if (hint !== undefined) this.hint = hint;
  }
}

/** The caller passed something that can never work. */
export function invalid(message: string): AwsError {
  return new AwsError('INVALID_ARGUMENT', message);
}
