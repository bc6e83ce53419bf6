/*
 * What the application wants: the client runs, or stops. The page knows at once, the worker a letter later, and what the
 * worker wrote meanwhile must not look as if nobody had asked. So each change of mind has a number, which goes to the
 * worker and comes back with its letters; those with an earlier number are of a run that is over, or about to be.
 */
import type { UntimedEvent } from '../engine.ts';
import type { LifecycleEvent } from '../session/events.ts';

export class Intent {
  /** Once the client is to stop at once, messages that are on their way here come too late. */
  wanted: 'running' | 'drained' | 'stopped' = 'running';
  /** Changes of mind, and how many of them the worker had heard of in its last letter. */
  #changes = 0;
  #heard = 0;

  /** The number to send along. */
  get changes(): number {
    return this.#changes;
  }

  heard(changes: number): void {
    this.#heard = changes;
  }

  /** Whether the worker knows what is wanted now. */
  get isKnown(): boolean {
    return this.#heard === this.#changes;
  }

  /** Whether the letter is of a run before the one that is wanted, or that is to end now. */
  get isOfEarlierRun(): boolean {
    const missed = this.#changes - this.#heard;
    return missed > 1 || (missed === 1 && this.wanted === 'running');
  }

  /** The application starts or stops. Returns whether that is a change of mind. */
  change(event: UntimedEvent & { readonly type: 'start' | 'stop' }): boolean {
    const before = this.wanted;
    const stops = event.type === 'stop';
    if (!stops) this.wanted = 'running';
    else if (before !== 'stopped') this.wanted = event.drainMs ? 'drained' : 'stopped';
    const isChange = (before === 'running') === stops;
    if (isChange) this.#changes += 1;
    return isChange;
  }
}

/** A connection that was lost before the worker knew that the client is to stop: there is no other attempt. */
export function asLast({
  willRetryInMs: _,
  ...event
}: LifecycleEvent & { readonly type: 'disconnection' }): LifecycleEvent {
  return { ...event, failure: { ...event.failure, retryable: false } };
}
