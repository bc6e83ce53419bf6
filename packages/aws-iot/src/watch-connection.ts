import type { ConnectionEvent, ConnectionEventName, Messenger } from './messenger.ts';

/** What those learn who live as long as the connection, and longer. */
export interface ConnectionListener {
  /** A connection was made; `resumed`: the server still had the session. */
  onConnect(resumed: boolean): void;
  /** Nothing more will be received, unless the client is started again. */
  onEnd(end: { readonly error?: unknown }): void;
}

/** Listens to a client that can be listened to. Returns a function that stops it. */
export function watchConnection(messenger: Messenger, { onConnect, onEnd }: ConnectionListener): () => void {
  const onFailure = ({ error, willRetryInMs }: ConnectionEvent): void => {
    if (willRetryInMs === undefined) onEnd({ error });
  };
  const listeners: Readonly<Record<ConnectionEventName, (event: ConnectionEvent) => void>> = {
    connectionSuccess: ({ settings }) => onConnect(settings?.rejoinedSession === true),
    connectionFailure: onFailure,
    disconnection: onFailure,
    stopped: () => onEnd({}),
  };
  const releases = Object.entries(listeners).map(([name, listener]) =>
    messenger.on?.(name as ConnectionEventName, listener),
  );
  return () => {
    // What is returned by clients that are made for others.
    for (const release of releases) if (typeof release === 'function') release();
  };
}
