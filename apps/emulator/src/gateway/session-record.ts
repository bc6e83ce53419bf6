/** What the gateway knows of a session besides what the broker keeps. It outlives connections. */
export interface SessionRecord {
  /** By filter, since when it gets messages: milliseconds of this machine. */
  readonly subscriptions: Map<string, number>;
  /** The last packet identifier of a delivery: what is sent again has another one. */
  lastPacketId: number;
}

/** The name of a client's session at the broker. Sessions of 3.1.1 and 5.0 have nothing to do with each other. */
export function sessionName(version: number, clientId: string): string {
  return `${version}:${clientId}`;
}
