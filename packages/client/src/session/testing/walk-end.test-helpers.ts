/* The end of a random walk: what can get through gets through, and the books are compared. */
import { Pages } from './pages.test-helpers.ts';
import { ENDED } from './world.test-helpers.ts';

export abstract class WalkEnd extends Pages {
  /** Everything that can get through gets through; then the client stops, and the books are compared. */
  finish(): void {
    this.server.isKind = true;
    if (this.isDead) this.cut();
    this.#settleDown();
    // What nobody wants is taken back when the session goes on.
    if (this.session.status === 'connected') this.cut();
    this.#settleDown();
    this.#checkSubscriptions();
    this.#checkStored();
    this.keepsSession = false;
    this.tell({ type: 'stop', sessionExpirySeconds: 0 });
    this.pass(5_000);
    if (this.session.status !== 'stopped') throw new Error(`${this.session.status} after stop`);
    if (this.session.nextDeadline() < Number.POSITIVE_INFINITY) throw new Error('a deadline after stop');
    const { arrived, taken } = this.server;
    for (const topic of this.succeeded)
      if (!arrived.has(topic)) throw new Error(`${topic} succeeded but did not arrive`);
    for (const topic of taken) if (!this.delivered.has(topic)) throw new Error(`${topic} was answered, not delivered`);
  }

  #settleDown(): void {
    for (let round = 0; round < 400 && this.#isBusy(); round++) {
      if (ENDED.includes(this.session.status)) this.tell({ type: 'start' });
      for (let count = 0; count < 60; count++) this.moveWire(true);
      while (this.held.length > 0) this.acknowledge();
      this.pass(1_000);
    }
    if (this.#isBusy()) throw new Error(`still ${this.session.status}, and ${this.pending.all.length} operations`);
  }

  /** What is to be over in the end. An identifier may stay: see what remains in docs/decisions/0030. */
  get #left(): string[] {
    const isIdentifier = (value: unknown): boolean => (value as { packet?: unknown }).packet === undefined;
    const records = [...this.line.records].filter(([key]) => key !== 'session');
    return records.flatMap(([key, value]) => (key.startsWith('r') && isIdentifier(value) ? [] : key));
  }

  #checkStored(): void {
    // Otherwise what is stored waits for the next start.
    if (this.session.status !== 'connected') return;
    for (const topic of this.everStored)
      if (topic.startsWith('q') && !this.server.arrived.has(topic) && !this.excused.has(topic))
        throw new Error(`${topic} was stored, and is lost`);
    for (const topic of this.unprocessed) throw new Error(`${topic} was not delivered again`);
    if (this.#left.length > 0) throw new Error(`${this.#left.join()} is left in the store`);
  }

  #checkSubscriptions(): void {
    for (const filter of this.subscribed) {
      const isEnding = [...this.ending.values()].includes(filter);
      if (!isEnding && !this.server.hasSubscription(filter)) throw new Error(`${filter} is not subscribed`);
    }
    for (const filter of this.ended)
      if (this.server.hasSubscription(filter)) throw new Error(`${filter} is still there`);
    if (this.session.status !== 'connected') return;
    for (const filter of this.unwanted)
      if (this.server.hasSubscription(filter) && !this.server.notEnded.has(filter))
        throw new Error(`${filter} is there, and nobody wants it`);
  }

  #isBusy(): boolean {
    const { status } = this.session;
    const isMoving = this.pending.all.length + this.up.length + this.down.length + this.wire.underWay > 0;
    const isStored = status === 'connected' && this.#left.length > 0;
    return (
      isMoving ||
      isStored ||
      !this.line.isEmpty ||
      this.asked > 0 ||
      this.session.outlet.isFull ||
      this.held.length > 0 ||
      (status !== 'connected' && !ENDED.includes(status))
    );
  }

  /** The application is done with one of the messages that it has. */
  protected acknowledge(): void {
    const [delivery] = this.held.splice(this.random.below(this.held.length), 1);
    if (delivery === undefined) return;
    const reasonCode = this.random.chance(0.05) ? 0x80 : 0;
    for (const [topic, last] of this.entered) if (reasonCode > 0 && last === delivery) this.entered.delete(topic);
    this.tell({ type: 'acknowledge', delivery, reasonCode });
  }
}
