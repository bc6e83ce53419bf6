import type { PropertiesOf, PublishPacket } from '@mqtide/codec';
import { CONNECTION_PROPERTY } from '../broker/service-client.ts';
import type { ClientLink } from './client-link.ts';
import type { Outgoing } from './outgoing.ts';
import type { SessionRecord } from './session-record.ts';
import { isDeliveredTo } from './topics.ts';

/** Messages of the broker for a client: those that AWS would deliver, as AWS would. Valid for one connection. */
export class Delivering {
  readonly #link: ClientLink;
  readonly #session: SessionRecord;
  readonly #outgoing: Outgoing;

  constructor(link: ClientLink, session: SessionRecord, outgoing: Outgoing) {
    this.#link = link;
    this.#session = session;
    this.#outgoing = outgoing;
  }

  /** A PUBLISH of the broker. */
  receive(packet: PublishPacket): void {
    const { packetId } = packet;
    const done = (): void => {
      if (packetId !== undefined) this.#link.forward({ type: 'puback', packetId, reasonCode: 0 });
    };
    if (this.#isWanted(packet.topic)) this.#outgoing.offer({ packet: this.#forClient(packet), done });
    else done();
  }

  /** A message of a service to this connection alone, where it is subscribed or anyway. */
  inject(topic: string, payload: Uint8Array, anyway: boolean): void {
    if (!anyway && !this.#isWanted(topic)) return;
    const packet = { type: 'publish', topic, payload, qos: 1, retain: false, duplicate: false } as const;
    this.#outgoing.offer({ packet, done: () => {} });
  }

  #isWanted(topic: string): boolean {
    const now = performance.now();
    const matches = [...this.#session.subscriptions].some(
      ([filter, activeAt]) => activeAt <= now && isDeliveredTo(filter, topic),
    );
    return (
      matches && (this.#link.cloud.switches.deliverWithoutReceive || this.#link.may('iot:Receive', `topic/${topic}`))
    );
  }

  #forClient({ properties = {}, ...packet }: PublishPacket): PublishPacket {
    if (this.#link.version === 4) return packet;
    const { userProperties: users = [], topicAlias: _, ...others } = properties;
    const userProperties = users.filter(([name]) => name !== CONNECTION_PROPERTY);
    const kept: PropertiesOf<'publish'> = userProperties.length === 0 ? others : { ...others, userProperties };
    return { ...packet, properties: kept };
  }
}
