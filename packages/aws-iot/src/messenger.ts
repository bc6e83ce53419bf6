/*
 * What this package needs of an MQTT client: `publish` and `subscribe`, and `on` to learn of reconnections. A client of
 * `@mqtide/client` fits as it is; for another one a few lines do.
 */

/** A message that was received. */
export interface ReceivedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Properties of MQTT 5. */
  readonly properties?: { readonly contentType?: string; readonly messageExpiryInterval?: number };
}

/** A subscription that was granted. */
export interface Granted {
  unsubscribe(): Promise<unknown>;
}

/** What happened to the connection, in one shape for all events. */
export interface ConnectionEvent {
  /** Of a success: whether the server still had the session. */
  readonly settings?: { readonly rejoinedSession: boolean };
  /** Of a failure: why. */
  readonly error?: unknown;
  /** Of a failure: absent when the client gives up. */
  readonly willRetryInMs?: number;
}

export type ConnectionEventName = 'connectionSuccess' | 'connectionFailure' | 'disconnection' | 'stopped';

/** An MQTT client. */
export interface Messenger {
  /** Rejects when the message was refused or could not be sent. */
  publish(
    topic: string,
    payload: string,
    options: { readonly qos: 1; readonly retain?: boolean; readonly signal?: AbortSignal },
  ): Promise<unknown>;
  /**
   * Resolves when the server has granted the subscription, and subscribes again when the server has lost the session. The
   * signal is aborted when nobody waits for that any more.
   */
  subscribe(
    filter: string,
    options: { readonly qos: 1; readonly signal?: AbortSignal },
    handler: (message: ReceivedMessage) => void,
  ): Promise<Granted>;
  /** Returns a function that stops listening. Without it nobody learns of reconnections. */
  on?(name: ConnectionEventName, listener: (event: ConnectionEvent) => void): () => void;
}
