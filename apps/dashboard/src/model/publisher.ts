import type { PublishOptions, PublishResult } from '@mqtide/client';
import { Changes } from './changes.ts';
import type { DashboardClient } from './connection.ts';
import { type Problem, problemOf } from './problem.ts';
import type { QoS } from './subscriptions.ts';
import { duration, reason } from './words.ts';

/** A message as the form describes it. */
export interface Draft {
  readonly topic: string;
  readonly payload: string;
  readonly qos: QoS;
  readonly retain: boolean;
}

/** What became of a publish. */
export interface Outcome {
  readonly id: number;
  readonly topic: string;
  readonly qos: QoS;
  readonly state: 'pending' | 'done' | 'failed';
  /** `Success`, `Handed to the socket`, `Not authorized (0x87)` */
  readonly words: string;
  /** `12 ms`; when it is over. */
  readonly took?: string;
  readonly problem?: Problem;
}

const KEPT = 3;

/** What QoS 0 can say at most: nobody confirms it. */
const HANDED_OVER = 'Handed to the socket';

/** Publishes, and keeps the latest outcomes. */
export class Publisher extends Changes {
  readonly #now: () => number;
  #outcomes: readonly Outcome[] = [];
  #lastId = 0;

  /** `now` in milliseconds, from any origin. */
  constructor(now: () => number) {
    super();
    this.#now = now;
  }

  /** Newest first. */
  get outcomes(): readonly Outcome[] {
    return this.#outcomes;
  }

  /** Resolves with how it ended; never rejects. What cannot be sent at all is not listed. */
  async publish(client: DashboardClient, { topic, payload, qos, retain }: Draft): Promise<Outcome> {
    const startedAt = this.#now();
    this.#lastId += 1;
    const pending: Outcome = { id: this.#lastId, topic, qos, state: 'pending', words: 'Waiting for the server' };
    this.#outcomes = [pending, ...this.#outcomes].slice(0, KEPT);
    this.changed();
    const options: PublishOptions = { qos, retain };
    const end = await client.publish(topic, payload, options).then(succeeded, failed);
    const outcome: Outcome = { ...pending, ...end, took: duration(this.#now() - startedAt) };
    this.#outcomes = this.#outcomes.flatMap((each) => {
      if (each.id !== outcome.id) return [each];
      return outcome.problem?.code === 'INVALID_ARGUMENT' ? [] : [outcome];
    });
    this.changed();
    return outcome;
  }
}

function succeeded(result: PublishResult): Pick<Outcome, 'state' | 'words'> {
  if (result.qos === 0) return { state: 'done', words: HANDED_OVER };
  const { reasonCode, reasonName, reasonString } = result;
  const name = reasonCode === 0 ? reasonName : `${reasonName} (${reason(reasonCode)})`;
  return { state: 'done', words: reasonString === undefined ? name : `${name}: ${reasonString}` };
}

function failed(error: unknown): Pick<Outcome, 'state' | 'words' | 'problem'> {
  const problem = problemOf(error);
  return { state: 'failed', words: problem.code, problem };
}
