import type { PublishPacket } from '@mqtide/codec';
import type { ScriptedConnection } from '@mqtide/testkit';
import type { Message } from '../message.ts';
import type { ClientOptions } from '../options.ts';
import type { RequestOptions } from '../request.ts';
import { connected, type SetUp, watch, type Watched } from './set-up.test-helpers.ts';
import { grant, message } from './subscriptions.test-helpers.ts';

/** A client that is connected. */
export type World = SetUp & { readonly server: ScriptedConnection };

/** Takes the request that was sent, and acknowledges it. */
export async function take(server: ScriptedConnection, reasonCode = 0): Promise<PublishPacket> {
  const packet = await server.expectPacket('publish');
  if (packet.qos === 1) server.send({ type: 'puback', packetId: packet.packetId ?? 0, reasonCode });
  return packet;
}

/** Replies to a request. */
export function reply(server: ScriptedConnection, { properties = {} }: PublishPacket, text: string): void {
  const { responseTopic = '', correlationData } = properties;
  server.send({ ...message(responseTopic, text), ...(correlationData && { properties: { correlationData } }) });
}

/** A client that has sent a request. */
export async function requested(
  options: RequestOptions = {},
  clientOptions: Partial<ClientOptions> = {},
): Promise<World & { readonly outcome: Watched<Message>; readonly request: PublishPacket }> {
  const made = await connected({ clientId: 'me', keepAliveSeconds: 0, ...clientOptions });
  const outcome = watch(made.client.request('svc/time', 'now?', options));
  await grant(made.server);
  return { ...made, outcome, request: await take(made.server) };
}
