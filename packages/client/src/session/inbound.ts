/*
 * Receiving. A QoS 1 or 2 message is a reception, from its PUBLISH to its acknowledgement:
 *
 *   QoS 1   PUBLISH ─► delivered ─► PUBACK
 *   QoS 2   PUBLISH ─► delivered ─► PUBREC … PUBREL ─► PUBCOMP
 *
 * The application acknowledges in any order, even later than the connection lasts; PUBACK and PUBREC leave in the
 * order in which the messages came [MQTT-4.6.0-2] [MQTT-4.6.0-3], and only on the connection they came on.
 */
import type { AckPacket, PublishPacket } from '@mqtide/codec';
import type { Handshake } from './handshake.ts';
import { IdMap } from './id-map.ts';
import type { Journal } from './journal.ts';
import type { Turn } from './turn.ts';

interface Reception {
  readonly packetId: number;
  readonly qos: 1 | 2;
  readonly delivery: number;
  /** Set when the application is done. */
  reasonCode: number | undefined;
  /** Whether an earlier page received it. */
  readonly isRestored?: true;
}

export class Inbound {
  readonly #turn: Turn;
  readonly #handshake: Handshake;
  #lastDelivery = 0;
  // Valid for the session: QoS 2 identifiers until their PUBREL [MQTT-4.3.3-10], and what the application still has.
  readonly #exactlyOnce = new IdMap<Reception>();
  readonly #delivered = new IdMap<Reception>();
  // Valid for the connection.
  /** Receptions not yet answered with PUBACK or PUBREC, in order of arrival. */
  readonly #unanswered: Reception[] = [];
  /** Identifiers that count against our Receive Maximum, section 4.9. */
  readonly #window = new IdMap<true>();

  constructor(turn: Turn, handshake: Handshake) {
    this.#turn = turn;
    this.#handshake = handshake;
  }

  /** Messages that are not yet answered with PUBACK or PUBREC. */
  get unanswered(): number {
    return this.#unanswered.length;
  }

  /** A late acknowledgement of QoS 1 would answer another connection's message, so those receptions end here. */
  connectionLost(): void {
    for (const { qos, delivery } of this.#unanswered) if (qos === 1) this.#delivered.delete(delivery);
    this.#unanswered.length = 0;
    this.#window.clear();
  }

  /** Goes on with what an earlier page received: what its application was not done with is delivered again. */
  restore({ receptions }: Journal): void {
    for (const [delivery, { packetId, packet, isReleased }] of receptions) {
      this.#lastDelivery = Math.max(this.#lastDelivery, delivery);
      const reasonCode = packet === undefined ? 0 : undefined;
      const reception: Reception = { packetId, qos: 2, delivery, reasonCode, isRestored: true };
      if (!isReleased) this.#exactlyOnce.set(packetId, reception);
      if (packet === undefined) continue;
      this.#delivered.set(delivery, reception);
      this.#turn.do({ do: 'deliver', delivery, packet: { ...packet, redelivered: true } });
    }
  }

  /** Forgets the session. */
  clear(): void {
    this.#turn.journal?.receptionsLost();
    this.#exactlyOnce.clear();
    this.#delivered.clear();
    this.#unanswered.length = 0;
  }

  /** Returns the reason code to close with when the server sends more at a time than it was allowed. */
  onPublish(packet: PublishPacket): number | undefined {
    const { qos, packetId } = packet;
    if (qos === 0 || packetId === undefined) {
      this.#turn.do({ do: 'deliver', delivery: 0, packet });
      return undefined;
    }
    if (this.#handshake.version === 5) {
      this.#window.set(packetId, true);
      if (this.#window.size > this.#handshake.receiveMaximum) return 0x93;
    }
    let known = qos === 2 ? this.#exactlyOnce.get(packetId) : undefined;
    if (known?.isRestored && !packet.duplicate) {
      // A first transmission: the server had begun a new session before the last page could store that.
      this.#turn.journal?.released(known.delivery);
      known = undefined;
    }
    if (known !== undefined) {
      this.#answerAgain(known);
      return undefined;
    }
    this.#lastDelivery += 1;
    const reception: Reception = { packetId, qos, delivery: this.#lastDelivery, reasonCode: undefined };
    if (qos === 2) {
      this.#exactlyOnce.set(packetId, reception);
      this.#turn.journal?.arrived(reception.delivery, packetId, packet);
    }
    this.#delivered.set(reception.delivery, reception);
    this.#unanswered.push(reception);
    this.#turn.do({ do: 'deliver', delivery: reception.delivery, packet });
    return undefined;
  }

  /** The application is done with a message. Ignored when its connection, or its session, is gone. */
  acknowledge(delivery: number, reasonCode: number): void {
    const reception = this.#delivered.get(delivery);
    if (reception === undefined) return;
    this.#delivered.delete(delivery);
    reception.reasonCode = reasonCode;
    this.#answerInOrder();
  }

  /** Always answered, also when the identifier is unknown: otherwise the server waits for ever [MQTT-4.3.3-11]. */
  onPubrel(packet: AckPacket<'pubrel'>): void {
    const { packetId } = packet;
    const reception = this.#exactlyOnce.get(packetId);
    if (reception !== undefined) {
      this.#exactlyOnce.delete(packetId);
      this.#turn.journal?.released(reception.delivery);
      this.#delivered.delete(reception.delivery);
      const position = this.#unanswered.indexOf(reception);
      if (position >= 0) this.#unanswered.splice(position, 1);
    }
    this.#window.delete(packetId);
    const reasonCode = reception === undefined && this.#handshake.version === 5 ? 0x92 : 0;
    this.#turn.send({ type: 'pubcomp', packetId, reasonCode });
    if (this.#unanswered.length > 0) this.#answerInOrder();
  }

  /** A QoS 2 message that came before: answered again, not delivered again [MQTT-4.3.3-10]. */
  #answerAgain(reception: Reception): void {
    if (!this.#unanswered.includes(reception)) this.#unanswered.push(reception);
    this.#answerInOrder();
  }

  #answerInOrder(): void {
    let answered = 0;
    for (const reception of this.#unanswered) {
      if (reception.reasonCode === undefined) break;
      this.#answer(reception, reception.reasonCode);
      answered += 1;
    }
    if (answered > 0) this.#unanswered.splice(0, answered);
  }

  #answer(reception: Reception, reasonCode: number): void {
    const { packetId, qos } = reception;
    // 3.1.1 has no way to refuse a message.
    const said = this.#handshake.version === 5 ? reasonCode : 0;
    this.#turn.send({ type: qos === 1 ? 'puback' : 'pubrec', packetId, reasonCode: said });
    if (qos === 1) {
      this.#window.delete(packetId);
    } else if (said >= 0x80) {
      // Refused: the identifier is free, and the same message may come again as a new one [MQTT-4.3.3-9].
      this.#window.delete(packetId);
      this.#exactlyOnce.delete(packetId);
      this.#turn.journal?.released(reception.delivery);
    }
  }
}
