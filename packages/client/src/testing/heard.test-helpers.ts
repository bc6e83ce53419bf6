import type { Client } from '../client.ts';
import type { ClientEvents } from '../events.ts';

/** What happened to a client, in order: the names of the events, with the code where there is an error. */
export type Heard = { readonly name: keyof ClientEvents; readonly event: Record<string, unknown> };

const LIFECYCLE = [
  'attemptingConnect',
  'connectionSuccess',
  'connectionFailure',
  'disconnection',
  'stopped',
] as const satisfies readonly (keyof ClientEvents)[];

/** Every event of the connection, from now on. */
export function watchEvents(client: Client): Heard[] {
  const heard: Heard[] = [];
  for (const name of LIFECYCLE) client.on(name, (event) => heard.push({ name, event: { ...event } }));
  return heard;
}
