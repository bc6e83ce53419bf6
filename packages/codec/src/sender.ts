/** Which side of the connection sends a packet. */
export type Sender = 'client' | 'server';

/** Sets of senders as bits, so that a table can say who may send what and one `&` can ask it. */
export const SENDERS = { nobody: 0, client: 1, server: 2, either: 3 } as const;

/** A set of senders. */
export type SenderSet = keyof typeof SENDERS;
