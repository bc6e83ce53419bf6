import type { PubackPacket, PublishPacket } from '@mqtide/codec';
import { CONNECTION_PROPERTY } from '../broker/service-client.ts';
import type { Bucket } from './bucket.ts';
import type { ClientLink } from './client-link.ts';
import { mayBePublished } from './reserved-topics.ts';
import { isBadTopic, RULES } from './topics.ts';

/** What a client publishes: judged, and passed on to the broker. Valid for one connection. */
export class Publishing {
  readonly #link: ClientLink;
  readonly #rate: Bucket;
  readonly #topics = new Map<number, string>();
  /** Packet identifiers that the broker has not acknowledged. */
  readonly #unacknowledged = new Set<number>();

  /** @param rate of publishes of this connection, both ways */
  constructor(link: ClientLink, rate: Bucket) {
    this.#link = link;
    this.#rate = rate;
  }

  /** A PUBLISH of the client. */
  receive(packet: PublishPacket): void {
    const { version, cloud } = this.#link;
    const { limits, switches } = cloud;
    if (packet.qos === 2) {
      // In 3.1.1 there is no answer at all.
      if (version === 5) this.#link.end(0x9b, 'CLIENT_ERROR');
      return;
    }
    const topic = this.#topicOf(packet);
    if (topic === undefined) this.#link.end(0x94, 'CLIENT_ERROR');
    else if (packet.payload.length > limits.payloadBytes) this.#link.end(switches.tooLarge, 'CLIENT_ERROR');
    else if (!mayBePublished(topic)) this.#link.end(0x90, 'CLIENT_ERROR');
    else if (isBadTopic(topic, limits)) this.#refuse(packet, 0x90, 'CLIENT_ERROR');
    else if (!this.#rate.take(performance.now())) this.#link.throttled('discarded');
    else if (this.#unacknowledged.size >= limits.receiveMaximum && packet.qos > 0) {
      if (version === 5) this.#link.end(0x93, 'CLIENT_ERROR');
    } else if (!this.#isAllowed(topic, packet.retain)) this.#refuse(packet, 0x87, 'AUTH_ERROR');
    else this.#forward(packet, topic);
  }

  /** A PUBACK of the broker. That nobody is subscribed, AWS does not say. */
  acknowledged({ packetId, reasonCode }: PubackPacket): void {
    this.#unacknowledged.delete(packetId);
    this.#acknowledge(packetId, reasonCode < 0x80 ? 0 : 0x80);
  }

  #topicOf({ topic, properties }: PublishPacket): string | undefined {
    const alias = properties?.topicAlias;
    if (alias === undefined) return topic;
    if (alias > this.#link.cloud.limits.topicAliasMaximum) return undefined;
    if (topic !== '') this.#topics.set(alias, topic);
    return this.#topics.get(alias);
  }

  #isAllowed(topic: string, isRetained: boolean): boolean {
    if (!this.#link.may('iot:Publish', `topic/${topic}`)) return false;
    return !isRetained || (!topic.startsWith('$') && this.#link.may('iot:RetainPublish', `topic/${topic}`));
  }

  #refuse({ qos, packetId }: PublishPacket, reasonCode: number, reason: 'AUTH_ERROR' | 'CLIENT_ERROR'): void {
    const { version, cloud } = this.#link;
    const { deniedQos0, deniedQos1 } = cloud.switches;
    if (version === 4 || (qos === 0 ? deniedQos0 : deniedQos1) === 'disconnect') this.#link.end(reasonCode, reason);
    else if (packetId !== undefined) this.#acknowledge(packetId, reasonCode);
  }

  #acknowledge(packetId: number, reasonCode: number): void {
    this.#link.send({ type: 'puback', packetId, reasonCode: this.#link.version === 5 ? reasonCode : 0 });
  }

  #forward(packet: PublishPacket, topic: string): void {
    if (RULES.test(topic)) {
      // There are no rules here, and what goes to a rule goes to nobody else.
      if (packet.packetId !== undefined) this.#acknowledge(packet.packetId, 0);
      return;
    }
    const { limits } = this.#link.cloud;
    const {
      topicAlias: _,
      messageExpiryInterval: expiry,
      userProperties: users = [],
      ...others
    } = packet.properties ?? {};
    const userProperties = users.filter(([name]) => name !== CONNECTION_PROPERTY);
    if (topic.startsWith('$aws/')) userProperties.push([CONNECTION_PROPERTY, this.#link.connectionId]);
    const properties = {
      ...others,
      userProperties,
      ...(expiry === undefined
        ? {}
        : { messageExpiryInterval: Math.min(Math.max(expiry, 1), limits.messageExpirySeconds) }),
    };
    if (packet.packetId !== undefined) this.#unacknowledged.add(packet.packetId);
    this.#link.forward({ ...packet, topic, duplicate: false, properties });
  }
}
