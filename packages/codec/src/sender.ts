/** Which side of the connection sends a packet. */
export type Sender = 'client' | 'server';

/* Sets of senders as bits, so that a table says who may send what and one `&` asks it. */
export const NOBODY = 0;
export const CLIENT = 1;
export const SERVER = 2;
export const EITHER = 3;
