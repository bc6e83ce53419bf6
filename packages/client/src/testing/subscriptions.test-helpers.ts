import type { PacketOf, PublishPacket } from '@mqtide/codec';
import type { ScriptedConnection } from '@mqtide/testkit';
import type { Message } from '../message.ts';

/** Takes a SUBSCRIBE and grants what it asks for, or answers with these reason codes. */
export async function grant(
  server: ScriptedConnection,
  reasonCodes?: readonly number[],
): Promise<PacketOf<'subscribe'>> {
  const packet = await server.expectPacket('subscribe');
  const { packetId, subscriptions } = packet;
  server.send({ type: 'suback', packetId, reasonCodes: reasonCodes ?? subscriptions.map(({ qos }) => qos) });
  return packet;
}

/** Takes an UNSUBSCRIBE and confirms it. */
export async function confirm(server: ScriptedConnection, reasonCode = 0): Promise<PacketOf<'unsubscribe'>> {
  const packet = await server.expectPacket('unsubscribe');
  const { packetId, filters } = packet;
  server.send({ type: 'unsuback', packetId, reasonCodes: filters.map(() => reasonCode) });
  return packet;
}

/** A message of QoS 0. */
export function message(topic: string, payload: string): PublishPacket {
  const bytes = new TextEncoder().encode(payload);
  return { type: 'publish', topic, payload: bytes, qos: 0, retain: false, duplicate: false };
}

/** A message of QoS 1 or 2. */
export function reliable(packetId: number, topic: string, qos: 1 | 2 = 1, duplicate = false): PublishPacket {
  return { ...message(topic, `${packetId}`), qos, packetId, duplicate };
}

/** The acknowledgements that arrived and were not taken yet, with their reason codes. */
export function answers(server: ScriptedConnection): (readonly [packetId: number, reasonCode: number])[] {
  return server.untaken.flatMap((packet) =>
    packet.type === 'puback' || packet.type === 'pubrec' ? [[packet.packetId, packet.reasonCode] as const] : [],
  );
}

/** A handler that remembers the texts it was given. */
export function collector(): { readonly texts: string[]; readonly handler: (message: Message) => void } {
  const texts: string[] = [];
  return { texts, handler: (each) => void texts.push(each.text()) };
}
