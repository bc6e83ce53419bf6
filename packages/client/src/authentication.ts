/**
 * A mechanism of enhanced authentication, section 4.12: one exchange for each connection attempt and for each
 * re-authentication. `@mqtide/client/scram` has some.
 */
export interface Authentication {
  /** The Authentication Method, such as `SCRAM-SHA-256`. */
  readonly method: string;
  /**
   * Whether another exchange may succeed where one has failed, because `begin` gets other credentials, such as a new
   * token. If not, a failure is final.
   * @default false
   */
  readonly isRenewable?: boolean;
  /** Begins an exchange. For a connection attempt that is before the WebSocket is opened. */
  begin(): AuthenticationExchange | Promise<AuthenticationExchange>;
}

/** One exchange. Whatever is thrown, or rejected, fails it with `AUTHENTICATION_FAILED` and is the `cause`. */
export interface AuthenticationExchange {
  /** Authentication Data of the CONNECT, or of the first AUTH, where the client speaks first. */
  readonly initialData?: Uint8Array;
  /** Answers an AUTH of the server. */
  respond(data: Uint8Array | undefined): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  /** Looks at the data with which the server says that the client is authenticated. Throws if that is not enough. */
  verify?(data: Uint8Array | undefined): void | Promise<void>;
}
