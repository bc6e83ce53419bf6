import type { ServiceClient, ServiceMessage } from '../broker/service-client.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { readDocument, writeDocument } from '../services/format.ts';
import type { JsonObject } from '../services/json.ts';
import type { Outbox } from '../services/outbox.ts';
import type { Execution } from './execution.ts';
import { notificationsOf } from './notifications.ts';
import { type JobAnswer, JobQueue, type JobRules } from './queue.ts';

const TOPIC = /^\$aws\/things\/([^/]+)\/jobs\/(.+)$/;

/** How an answer reaches the connection that asked, and nobody else. */
type Deliver = (connectionId: string, topic: string, payload: Uint8Array) => void;

/** The Jobs service at the broker. */
export class JobsService {
  readonly #cloud: Cloud;
  readonly #outbox: Outbox;
  readonly #deliver: Deliver;
  /** By thing. */
  readonly #queues = new Map<string, JobQueue>();
  /** Call off step timers. */
  readonly #alarms = new Map<string, () => void>();

  constructor(cloud: Cloud, outbox: Outbox, deliver: Deliver) {
    this.#cloud = cloud;
    this.#outbox = outbox;
    this.#deliver = deliver;
  }

  async start(services: ServiceClient): Promise<void> {
    await services.subscribe('$aws/things/+/jobs/+', (message) => this.#receive(message));
    await services.subscribe('$aws/things/+/jobs/+/+', (message) => this.#receive(message));
  }

  /** Puts a job into the queue of every thing. @throws Error for a job id that is none */
  create(jobId: string, document: JsonObject, things: readonly string[]): void {
    if (!/^[\w-]{1,64}$/.test(jobId)) throw new Error('A job id has letters, digits, - and _, at most 64.');
    for (const thing of things) {
      this.#change(thing, (queue) => queue.add(jobId, thing, document, this.#cloud.clock.nowSeconds()));
    }
  }

  /** Cancels a job on every thing where it is not over; how many those are. */
  cancel(jobId: string): number {
    const now = this.#cloud.clock.nowSeconds();
    return [...this.#queues.keys()].filter((thing) => this.#change(thing, (queue) => queue.set(jobId, 'CANCELED', now)))
      .length;
  }

  /** The executions of a thing. */
  executionsOf(thing: string): readonly Execution[] {
    return this.#queues.get(thing)?.executions ?? [];
  }

  #receive({ topic, payload, connection }: ServiceMessage): void {
    const [, thing, rest] = TOPIC.exec(topic) ?? [];
    if (thing === undefined || rest === undefined || connection === undefined) return;
    const request = payload.length === 0 ? {} : readDocument(payload, 'json');
    const { clock, limits, switches } = this.#cloud;
    const rules = { now: clock.nowSeconds(), limits, switches };
    const answer = this.#change(thing, (queue) => answerOf(queue, rest, request, rules));
    if ('accepted' in answer && answer.stepTimeout !== undefined) this.#arm(thing, answer.stepTimeout);
    const token = request?.['clientToken'] === undefined ? {} : { clientToken: request['clientToken'] };
    const [suffix, content] = 'accepted' in answer ? ['accepted', answer.accepted] : ['rejected', answer.rejected];
    const document = { ...content, timestamp: rules.now, ...token };
    this.#deliver(connection, `${topic}/${suffix}`, writeDocument(document, 'json'));
  }

  /** Does something to a queue, and tells subscribers what has become of it. */
  #change<Result>(thing: string, act: (queue: JobQueue) => Result): Result {
    const queue = this.#queues.get(thing) ?? new JobQueue();
    this.#queues.set(thing, queue);
    const before = queue.executions;
    const result = act(queue);
    const timestamp = this.#cloud.clock.nowSeconds();
    this.#outbox.publish(
      notificationsOf(before, queue.executions, this.#cloud.switches).map(({ suffix, content }) => ({
        topic: `$aws/things/${thing}/jobs/${suffix}`,
        content: { timestamp, ...content },
      })),
    );
    return result;
  }

  #arm(thing: string, { jobId, minutes }: { readonly jobId: string; readonly minutes: number }): void {
    const name = `${thing} ${jobId}`;
    this.#alarms.get(name)?.();
    // A negative number takes the timer away.
    if (minutes <= 0) return;
    const expire = (): void => {
      this.#change(thing, (queue) => queue.set(jobId, 'TIMED_OUT', this.#cloud.clock.nowSeconds()));
    };
    const { clock, limits } = this.#cloud;
    this.#alarms.set(name, clock.after(minutes * limits.stepMinuteMs, expire));
  }
}

function answerOf(queue: JobQueue, path: string, request: JsonObject | undefined, rules: JobRules): JobAnswer {
  const [first = '', second] = path.split('/');
  const operations: Readonly<Record<string, (body: JsonObject) => JobAnswer>> =
    second === undefined
      ? { get: () => queue.pending(), 'start-next': (body) => queue.startNext(body, rules) }
      : { get: (body) => queue.describe(first, body), update: (body) => queue.update(first, body, rules) };
  const name = second ?? first;
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined) return { rejected: { code: 'InvalidTopic', message: `There is no '${path}'.` } };
  if (request === undefined) return { rejected: { code: 'InvalidJson', message: 'The request is no JSON object.' } };
  return operation(request);
}
