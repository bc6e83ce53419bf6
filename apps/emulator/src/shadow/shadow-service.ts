import type { ServiceClient, ServiceMessage } from '../broker/service-client.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { Bucket } from '../gateway/bucket.ts';
import type { Outbox } from '../services/outbox.ts';
import type { ShadowOperation } from './shadows.ts';
import { Shadows } from './shadows.ts';

const TOPIC = /^(\$aws\/things\/([^/]+)\/shadow(?:\/name\/([^/]+))?)\/(get|update|delete)$/;

/** The Device Shadow service at the broker. */
export class ShadowService {
  readonly #cloud: Cloud;
  readonly #outbox: Outbox;
  readonly #shadows: Shadows;
  /** By thing. */
  readonly #rates = new Map<string, Bucket>();
  readonly #inFlight = new Map<string, number>();

  constructor(cloud: Cloud, outbox: Outbox) {
    this.#cloud = cloud;
    this.#outbox = outbox;
    this.#shadows = new Shadows(cloud);
  }

  async start(services: ServiceClient): Promise<void> {
    await services.subscribe('$aws/things/+/shadow/+', (message) => this.#receive(message));
    await services.subscribe('$aws/things/+/shadow/name/+/+', (message) => this.#receive(message));
  }

  #receive({ topic, payload }: ServiceMessage): void {
    const [, prefix = '', thing = '', name = thing, operation] = TOPIC.exec(topic) ?? [];
    if (operation === undefined) return;
    const messages = this.#isThrottled(thing)
      ? [this.#shadows.throttle(operation as ShadowOperation, payload)]
      : this.#shadows.handle(operation as ShadowOperation, prefix, name, payload);
    this.#inFlight.set(thing, (this.#inFlight.get(thing) ?? 0) + 1);
    this.#outbox.publish(
      messages.map(({ suffix, content }) => ({ topic: `${prefix}/${suffix}`, content })),
      () => this.#inFlight.set(thing, (this.#inFlight.get(thing) ?? 1) - 1),
    );
  }

  #isThrottled(thing: string): boolean {
    const { shadowRequestsPerSecond, shadowRequestsInFlight } = this.#cloud.limits;
    const now = performance.now();
    const rate = this.#rates.get(thing) ?? new Bucket(shadowRequestsPerSecond, now);
    this.#rates.set(thing, rate);
    return !rate.take(now) || (this.#inFlight.get(thing) ?? 0) >= shadowRequestsInFlight;
  }
}
