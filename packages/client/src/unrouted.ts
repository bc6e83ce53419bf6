/*
 * Nothing is routed to nobody. A session that goes on delivers what came while nobody was connected as soon as it is
 * resumed, which may be before the page has subscribed all it is going to. Messages of QoS 1 and 2 that nobody wants yet
 * wait unacknowledged, so that Receive Maximum bounds them, until somebody wants them or their time is up.
 *
 * Acknowledgements leave in order, so while one message waits none of a later one leaves. Therefore nothing waits for
 * filters that this client has ended itself, and after the first message whose time was up nothing waits any more until
 * the next connection: a page that does not subscribe within that time does not stop all its other messages again and
 * again.
 */
import type { PublishPacket } from '@mqtide/codec';
import type { Emitter } from './emitter.ts';
import type { EnginePort } from './engine.ts';
import type { ClientEvents } from './events.ts';
import { Reminder } from './reminder.ts';
import { Router } from './router.ts';
import type { NegotiatedSettings } from './session/settings.ts';

/** A message that nobody wants yet. */
interface Waiting {
  readonly packet: PublishPacket;
  readonly until: number;
}

/** So many filters that have ended are remembered at most. */
const REMEMBERED_FILTERS = 1_000;

export class Unrouted {
  readonly #engine: EnginePort;
  readonly #emitter: Emitter<ClientEvents>;
  readonly #holdMs: number;
  /** By delivery, in the order in which the messages came. */
  readonly #waiting = new Map<number, Waiting>();
  #ended = new Router<{ readonly filter: string }>();
  // Before the first connection there may be messages that an earlier page stored.
  #mayWait = true;
  readonly #reminder: Reminder;
  /** Messages of QoS 1 and 2 that nobody wanted. */
  count = 0;

  constructor(engine: EnginePort, emitter: Emitter<ClientEvents>, holdMs: number) {
    this.#engine = engine;
    this.#emitter = emitter;
    this.#holdMs = holdMs;
    this.#reminder = new Reminder(engine, () => this.#giveUp());
  }

  /** Keeps a message that nobody wants, or returns `true`: it is to be acknowledged. */
  add(packet: PublishPacket, delivery: number): boolean {
    if (this.#mayWait && this.#holdMs > 0 && this.#ended.match(packet.topic).length === 0) {
      this.#waiting.set(delivery, { packet, until: this.#engine.now + this.#holdMs });
      this.#remind();
      return false;
    }
    this.count += 1;
    return true;
  }

  /** Nobody subscribes to this filter any more. */
  filterEnded(filter: string): void {
    if (this.#ended.size === REMEMBERED_FILTERS) this.#ended = new Router();
    this.#ended.add({ filter });
  }

  /** Takes the messages that somebody wants now, and gives them to `deliver`. */
  take(isWanted: (topic: string) => boolean, deliver: (packet: PublishPacket, delivery: number) => void): void {
    const wanted = [...this.#waiting].filter(([, { packet }]) => isWanted(packet.topic));
    for (const [delivery] of wanted) this.#waiting.delete(delivery);
    this.#remind();
    for (const [delivery, { packet }] of wanted) deliver(packet, delivery);
  }

  /** QoS 1 comes again, if it does: the acknowledgement of another connection would mean nothing. */
  connectionLost(): void {
    for (const [delivery, { packet }] of this.#waiting) if (packet.qos === 1) this.#waiting.delete(delivery);
    this.#remind();
  }

  connected({ rejoinedSession }: NegotiatedSettings): void {
    this.#mayWait = rejoinedSession;
    if (!rejoinedSession) this.clear();
  }

  /** The session has ended. */
  clear(): void {
    this.#waiting.clear();
    this.#ended = new Router();
    this.#remind();
  }

  /** Of the oldest, which is due first. */
  #remind(): void {
    const [oldest] = this.#waiting.values();
    this.#reminder.set(oldest?.until);
  }

  #giveUp(): void {
    const { now } = this.#engine;
    const overdue = [...this.#waiting].filter(([, { until }]) => until <= now);
    for (const [delivery] of overdue) this.#waiting.delete(delivery);
    this.#remind();
    const [first] = overdue;
    if (first === undefined) return;
    this.#mayWait = false;
    this.count += overdue.length;
    for (const [delivery] of overdue) this.#engine.dispatch({ type: 'acknowledge', delivery, reasonCode: 0 });
    const { topic } = first[1].packet;
    this.#emitter.emit('warning', {
      code: 'MESSAGES_UNROUTED',
      message: `${overdue.length} messages, one on '${topic}', matched no subscription for ${this.#holdMs} ms and were given up.`,
      topic,
    });
  }
}
