import { connectAsync, type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';

/** A message as the witness saw it. */
export interface Testimony {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

/** Options of a witness: those of the other library. */
export type WitnessOptions = IClientOptions;

/**
 * Another implementation of MQTT, outside the browser: what it sent and what it saw does not depend on ours. It
 * reconnects at once when the broker comes back.
 */
export class Witness {
  readonly #client: MqttClient;
  readonly #seen: Testimony[] = [];
  readonly #readers: ((testimony: Testimony) => void)[] = [];
  #check: () => void = () => {};
  /** Told of every message, which is then not kept. */
  listener: ((testimony: Testimony) => void) | undefined;

  /** Connects over WebSocket; MQTT 5.0 unless `options` say otherwise. */
  static async to(url: string, options: WitnessOptions = {}): Promise<Witness> {
    return new Witness(await connectAsync(url, { protocolVersion: 5, reconnectPeriod: 50, ...options }));
  }

  private constructor(client: MqttClient) {
    this.#client = client;
    // A broker that is gone is what some tests are about.
    client.on('error', () => {});
    client.on('message', (topic, payload, packet) => this.#take(topic, payload, packet));
  }

  /** Everything that nobody has read with `next`, in order. */
  get seen(): readonly Testimony[] {
    return this.#seen;
  }

  async subscribe(filter: string, qos: 0 | 1 | 2 = 0): Promise<void> {
    await this.#client.subscribeAsync(filter, { qos });
  }

  /** Resolves when the exchange of this QoS is over. */
  async publish(
    topic: string,
    payload: string | Uint8Array,
    options: { qos?: 0 | 1 | 2; retain?: boolean } = {},
  ): Promise<void> {
    const content = typeof payload === 'string' ? payload : Buffer.from(payload);
    await this.#client.publishAsync(topic, content, { qos: 0, ...options });
  }

  /** The next message, now or when it comes. */
  next(): Promise<Testimony> {
    const testimony = this.#seen.shift();
    if (testimony !== undefined) return Promise.resolve(testimony);
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  /** Resolves when it has seen enough. */
  until(isEnough: (seen: readonly Testimony[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#check = () => {
        if (isEnough(this.#seen)) resolve();
      };
      this.#check();
    });
  }

  /** Leaves without a word more. */
  async dispose(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #take(topic: string, payload: Uint8Array, { qos, retain }: IPublishPacket): void {
    const testimony = { topic, payload: new Uint8Array(payload), qos, retain };
    if (this.listener !== undefined) {
      this.listener(testimony);
      return;
    }
    const reader = this.#readers.shift();
    if (reader === undefined) this.#seen.push(testimony);
    else reader(testimony);
    this.#check();
  }
}
