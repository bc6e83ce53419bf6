import type { PublishOptions, Subscription } from '@mqtide/client';
import { Changes } from './changes.ts';
import type { DashboardClient } from './connection.ts';
import { type Problem, problemOf } from './problem.ts';
import { isActive } from './status.ts';

export type QoS = NonNullable<PublishOptions['qos']>;

/** How a subscription stands. */
export type SubscriptionState =
  /** Nobody to ask: it is asked for with the next connection. */
  | { readonly is: 'waiting' }
  | { readonly is: 'asking' }
  | { readonly is: 'granted'; readonly qos: QoS }
  | { readonly is: 'ending' }
  | { readonly is: 'refused'; readonly problem: Problem };

/** A line of the list. A new object whenever it changes. */
export interface SubscriptionRow {
  readonly filter: string;
  readonly wantedQos: QoS;
  readonly state: SubscriptionState;
}

/** What belongs to a row and is not shown. */
interface Held {
  row: SubscriptionRow;
  handle?: Subscription;
  /** Gives up on the SUBACK. */
  readonly abandoned: AbortController;
}

/** Errors that say no to this filter, while the connection goes on. */
const REFUSALS: readonly string[] = ['SUBSCRIBE_REFUSED', 'UNSUPPORTED_BY_SERVER'];

/** The subscriptions somebody asked for. They outlive the client: with the next one they are asked for again. */
export class Subscriptions extends Changes {
  readonly #held = new Map<string, Held>();
  #client: DashboardClient | undefined;
  /** Of the client's first connection. */
  #version: number | undefined;

  /** In the order in which they were asked for. */
  get rows(): readonly SubscriptionRow[] {
    return Array.from(this.#held.values(), ({ row }) => row);
  }

  /** Takes a client that has just connected, and asks it for everything that was not refused. */
  attach(client: DashboardClient): void {
    this.#client = client;
    this.#version = client.state.settings?.protocolVersion;
    for (const { row } of this.#held.values()) {
      // These filters have been asked for before: none is impossible.
      if (row.state.is !== 'refused') this.#ask(row.filter, row.wantedQos).catch(() => {});
    }
  }

  /**
   * Subscribes, or changes the QoS of a subscription. Resolves when it is known how that ended.
   *
   * Rejects when the filter can never work; then there is no row.
   */
  async add(filter: string, wantedQos: QoS): Promise<void> {
    await this.#ask(filter, wantedQos);
  }

  /** Unsubscribes, and removes the row. */
  async remove(filter: string): Promise<void> {
    const held = this.#held.get(filter);
    if (held === undefined) return;
    held.abandoned.abort();
    const { handle } = held;
    if (handle !== undefined && isAlive(this.#client)) {
      this.#show(held, { is: 'ending' });
      try {
        await handle.unsubscribe();
      } catch (error) {
        // It is over for this page; whether the server goes on sending is worth knowing.
        if (isAlive(this.#client)) {
          delete held.handle;
          this.#show(held, { is: 'refused', problem: problemOf(error) });
          return;
        }
      }
    }
    if (this.#held.get(filter) === held) this.#held.delete(filter);
    this.changed();
  }

  async #ask(filter: string, wantedQos: QoS): Promise<void> {
    const client = this.#client;
    const before = this.#held.get(filter);
    before?.abandoned.abort();
    const state: SubscriptionState = isAlive(client) ? ASKING : WAITING;
    const held: Held = { row: { filter, wantedQos, state }, abandoned: new AbortController() };
    this.#held.set(filter, held);
    this.changed();
    if (client === undefined || state === WAITING) return;
    try {
      // No handler and no buffer: the log hears of every message elsewhere, the iterator below only of the end.
      const handle = await client.subscribe(filter, {
        qos: wantedQos,
        // Otherwise the flag would only tell that a message answers a new subscription. 3.1.1 has no such choice.
        ...(this.#version === 5 && { retainAsPublished: true }),
        buffer: 0,
        signal: held.abandoned.signal,
      });
      held.handle = handle;
      this.#show(held, { is: 'granted', qos: handle.grantedQos });
      void this.#watch(held, handle);
    } catch (error) {
      this.#failed(held, error, client);
    }
    // The server has replaced the old subscription by the new one; this ends only what was left of it here.
    await before?.handle?.unsubscribe().catch(() => {});
  }

  #failed(held: Held, error: unknown, client: DashboardClient): void {
    const problem = problemOf(error);
    if (held.abandoned.signal.aborted) return;
    if (problem.code === 'INVALID_ARGUMENT') {
      this.#held.delete(held.row.filter);
      this.changed();
      throw error;
    }
    this.#show(held, isAlive(client) ? { is: 'refused', problem } : WAITING);
  }

  /** A subscription ends by itself when it is refused after a reconnection, or with its client. */
  async #watch(held: Held, handle: Subscription): Promise<void> {
    let state: SubscriptionState = WAITING;
    try {
      for await (const _ of handle);
    } catch (error) {
      const problem = problemOf(error);
      if (REFUSALS.includes(problem.code)) state = { is: 'refused', problem };
    }
    if (held.row.state.is === 'granted') this.#show(held, state);
  }

  #show(held: Held, state: SubscriptionState): void {
    held.row = { ...held.row, state };
    this.changed();
  }
}

const WAITING: SubscriptionState = { is: 'waiting' };
const ASKING: SubscriptionState = { is: 'asking' };

function isAlive(client: DashboardClient | undefined): boolean {
  return client !== undefined && isActive(client.state.status);
}
