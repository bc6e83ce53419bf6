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
import type { NegotiatedSettings } from './session/settings.ts';
import type { SubscriptionHandle } from './subscription-handle.ts';

/** A message that is not acknowledged yet. */
interface Hold {
  readonly packet: DeliveredPacket;
  readonly delivery: number;
  /** Who is not done with it, and what they were given. */
  readonly holders: Map<SubscriptionHandle, ReceivedMessage>;
  /** To acknowledge it with: if one of them failed, the server is told. */
  reasonCode: number;
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

  /** The message as each of the handles gets it, all of which have to be done with it. */
  hold(
    packet: DeliveredPacket,
    delivery: number,
    handles: readonly SubscriptionHandle[],
  ): ReadonlyMap<SubscriptionHandle, ReceivedMessage> {
    const hold: Hold = { packet, delivery, holders: new Map(), reasonCode: 0 };
    for (const handle of handles) {
      const release = (reasonCode: number): void => this.#release(hold, handle, reasonCode);
      hold.holders.set(handle, new ReceivedMessage(packet, release));
    }
    this.#held.set(delivery, hold);
    this.#watchHead();
    return hold.holders;
  }

  /**
   * A message of QoS 1 ends with its connection: the server sends it again if it keeps the session. What still waits for
   * the application then is not processed twice; if the session is lost, it does not come again.
   */
  connected({ rejoinedSession }: Pick<NegotiatedSettings, 'rejoinedSession'>): void {
    for (const [delivery, { packet, holders }] of this.#held) {
      if (rejoinedSession && packet.qos === 2) continue;
      this.#held.delete(delivery);
      if (rejoinedSession) for (const [handle, message] of holders) handle.takeBack(message);
    }
    this.#watchHead();
  }

  /** The session ends. */
  clear(): void {
    this.connected({ rejoinedSession: false });
  }

  #release(hold: Hold, handle: SubscriptionHandle, reasonCode: number): void {
    const { packet, delivery, holders } = hold;
    holders.delete(handle);
    hold.reasonCode = Math.max(hold.reasonCode, reasonCode);
    if (holders.size > 0 || !this.#held.delete(delivery)) return;
    this.#watchHead();
    // A QoS 2 message that is refused is a new one if the server sends it again [MQTT-4.3.3-9]: it would come twice.
    this.#engine.dispatch({ type: 'acknowledge', delivery, reasonCode: packet.qos === 1 ? hold.reasonCode : 0 });
  }

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
