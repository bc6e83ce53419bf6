/** A command that has arrived. */
export interface Command {
  readonly executionId: string;
  /** As the sender wrote it. */
  readonly payload: Uint8Array;
  /** The topic it came on says what it is; `'other'` has any content type, or none. */
  readonly format: 'json' | 'cbor' | 'other';
  /** MQTT 5 only. */
  readonly contentType?: string;
  /** Seconds that are left to report an end of it. MQTT 5 only: do not assume one. */
  readonly timeoutSeconds?: number;
  /** The payload as text. */
  text(): string;
  /** The payload parsed as JSON. Throws a `SyntaxError` when it is not JSON. */
  json<T = unknown>(): T;
}

/** One value of a result. Bytes are sent in Base64. */
export type CommandResultValue = { readonly s: string } | { readonly b: boolean } | { readonly bin: Uint8Array };

/** Request of `update`. */
export interface UpdateCommandRequest {
  /** All but the first are an end; `TIMED_OUT` only after the service's own. */
  readonly status: 'IN_PROGRESS' | 'SUCCEEDED' | 'FAILED' | 'REJECTED' | 'TIMED_OUT';
  readonly statusReason?: {
    /** 1 to 64 of `A-Z 0-9 _ -`. */
    readonly reasonCode: string;
    /** At most 1024 characters, no control characters. */
    readonly reasonDescription?: string;
  };
  /** At least one value. */
  readonly result?: Readonly<Record<string, CommandResultValue>>;
}

/** Answer to `update`. */
export interface UpdatedCommand {
  readonly executionId: string;
}
