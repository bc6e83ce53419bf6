/*
 * Acknowledgements that are withheld. A message of QoS 1 or 2 that a handle asked to acknowledge later is held until all
 * such handles are done with it. The session lets acknowledgements leave in the order in which the messages came, so the
 * oldest hold keeps back all that came later: one that does so for too long is warned about, once.
 */
import type { Emitter } from './emitter.ts';
import type { EnginePort as Engine } from './engine.ts';
import type { ClientEvents } from './events.ts';
import { ReceivedMessage } from './message.ts';
import { Reminder } from './reminder.ts';
import type { DeliveredPacket } from './session/events.ts';
import type { SubscriptionHandle } from './subscription-handle.ts';

/** A message that is not acknowledged yet. */
export class Hold {
  readonly packet: DeliveredPacket;
  readonly delivery: number;
  /** Who is not done with it, and what they were given. */
  readonly holders: Map<SubscriptionHandle, ReceivedMessage> = new Map();
  readonly #onDone: (hold: Hold, reasonCode: number) => void;
  #isGivenOut = false;
  #reasonCode = 0;

  constructor(packet: DeliveredPacket, delivery: number, onDone: (hold: Hold, reasonCode: number) => void) {
    this.packet = packet;
    this.delivery = delivery;
    this.#onDone = onDone;
  }

  /** The message as `handle` gets it, which has to be done with it. */
  messageFor(handle: SubscriptionHandle): ReceivedMessage {
    const message = new ReceivedMessage(this.packet, (reasonCode) => this.#release(handle, reasonCode));
    this.holders.set(handle, message);
    return message;
  }

  /** All have been given the message. */
  givenOut(): void {
    this.#isGivenOut = true;
    this.#finish();
  }

  #release(handle: SubscriptionHandle, reasonCode: number): void {
    this.holders.delete(handle);
    // If one of them failed, the server is told.
    this.#reasonCode = Math.max(this.#reasonCode, reasonCode);
    this.#finish();
  }

  #finish(): void {
    if (this.#isGivenOut && this.holders.size === 0) this.#onDone(this, this.#reasonCode);
  }
}

export class Acknowledgements {
  readonly #engine: Engine;
  readonly #emitter: Emitter<ClientEvents>;
  readonly #timeoutMs: number;
  /** By delivery, in the order in which the messages came. */
  readonly #held = new Map<number, Hold>();
  /** The one that keeps back all others, and since when. */
  #head: Hold | undefined;
  #headSince = 0;
  readonly #reminder: Reminder;

  constructor(engine: Engine, emitter: Emitter<ClientEvents>, timeoutMs: number) {
    this.#engine = engine;
    this.#emitter = emitter;
    this.#timeoutMs = timeoutMs;
    this.#reminder = new Reminder(engine, () => this.#warnIfDue());
  }

  hold(packet: DeliveredPacket, delivery: number): Hold {
    const hold = new Hold(packet, delivery, this.#onDone);
    this.#held.set(delivery, hold);
    if (this.#head === undefined) this.#watchHead();
    return hold;
  }

  /**
   * A message of QoS 1 ends with its connection: the server sends it again if it keeps the session. What still waits for
   * the application then is not processed twice; if the session is lost, it does not come again.
   */
  connected(resumed: boolean): void {
    for (const [delivery, { packet, holders }] of this.#held) {
      if (resumed && packet.qos === 2) continue;
      this.#held.delete(delivery);
      if (resumed) for (const [handle, message] of holders) handle.takeBack(message);
    }
    this.#watchHead();
  }

  /** The session ends. */
  clear(): void {
    this.connected(false);
  }

  readonly #onDone = (hold: Hold, reasonCode: number): void => {
    if (!this.#held.delete(hold.delivery)) return;
    if (hold === this.#head) this.#watchHead();
    // A QoS 2 message that is refused is a new one if the server sends it again [MQTT-4.3.3-9]: it would come twice.
    const said = hold.packet.qos === 1 ? reasonCode : 0;
    this.#engine.dispatch({ type: 'acknowledge', delivery: hold.delivery, reasonCode: said });
  };

  #watchHead(): void {
    const [head] = this.#held.values();
    if (head === this.#head) return;
    this.#head = head;
    this.#headSince = this.#engine.now;
    this.#reminder.set(head && this.#dueAt);
  }

  get #dueAt(): number {
    return this.#headSince + this.#timeoutMs;
  }

  /** One reminder for many messages: when it comes, whoever is the oldest then may not have been it for long. */
  #warnIfDue(): void {
    if (this.#head === undefined) return;
    if (this.#engine.now < this.#dueAt) this.#reminder.set(this.#dueAt);
    else this.#warn(this.#head);
  }

  #warn({ packet: { topic }, holders }: Hold): void {
    const filters = Array.from(holders.keys(), ({ filter }) => filter);
    this.#emitter.emit('warning', {
      code: 'ACKNOWLEDGEMENT_WITHHELD',
      message: `'${filters.join("', '")}' did not acknowledge a message for ${this.#timeoutMs} ms: later ones wait for it.`,
      filters,
      topic,
    });
  }
}
