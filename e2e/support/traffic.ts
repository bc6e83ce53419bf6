import type { Witness } from './witness.ts';

/** What a run of traffic in a page is told. */
export interface Traffic {
  readonly url: string;
  readonly protocolVersion: 4 | 5;
  readonly qos: 1 | 2;
  readonly topic: string;
  /** Publishes that wait for their acknowledgement at any time. */
  readonly lanes: number;
}

/** The last message of a run. */
export const END = 'end';

/**
 * Runs in the page, so it sees nothing of this file. Publishes the numbers from 0 on to `<topic>/from-page`, as many at
 * a time as there are lanes and in all as many as it is allowed, and keeps what comes on `<topic>/to-page`, until it is
 * told to finish.
 */
export async function runTraffic({ url, protocolVersion, qos, topic, lanes }: Traffic) {
  const client = mqtide.createClient({
    url,
    protocolVersion,
    clientId: 'page',
    // mosquitto 2.0 forgets a 5.0 session that began with Clean Start when it is restarted.
    session: { behavior: 'rejoinAlways' },
    reconnect: { minDelayMs: 20, maxDelayMs: 200 },
  });
  const resumed: boolean[] = [];
  const pendingAtLoss: number[] = [];
  const failed: string[] = [];
  const received: string[] = [];
  let allowed = 0;
  let published = 0;
  let acknowledged = 0;
  let goesOn = true;
  const publishNext = async (): Promise<void> => {
    const text = String(published);
    published += 1;
    try {
      await client.publish(`${topic}/from-page`, text, { qos });
      acknowledged += 1;
    } catch (error) {
      failed.push(String(error));
    }
  };
  const lane = async (): Promise<void> => {
    while (goesOn) {
      if (published < allowed) await publishNext();
      else await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const until = async (isTrue: () => boolean): Promise<void> => {
    while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  client.on('connectionSuccess', ({ settings }) => resumed.push(settings.rejoinedSession));
  client.on('disconnection', () => {
    pendingAtLoss.push(published - acknowledged);
    allowed = published;
  });
  await client.start();
  await client.subscribe(`${topic}/to-page`, { qos }, (message) => received.push(message.text()));
  const publishing = Promise.all(Array.from({ length: lanes }, lane));
  return {
    /** Goes on until the connection is lost, or it is told to finish. */
    goOn(): void {
      allowed = Number.POSITIVE_INFINITY;
    },
    /** So many messages have been acknowledged, and so many received. */
    progress: (sent: number, came: number) => until(() => acknowledged >= sent && received.length >= came),
    connected: (times: number) => until(() => resumed.length >= times),
    async finish(): Promise<number> {
      goesOn = false;
      await publishing;
      await client.publish(`${topic}/from-page`, 'end', { qos });
      return published;
    },
    async report() {
      await until(() => received.at(-1) === 'end');
      await client.stop();
      return { resumed, pendingAtLoss, failed, received };
    },
  };
}

/** The same for the witness, which goes on to the number it is allowed to. */
export class Numbers {
  readonly #publishing: Promise<unknown>;
  readonly #publish: (text: string) => Promise<void>;
  #allowed = 0;
  #published = 0;
  #goesOn = true;

  constructor(witness: Witness, topic: string, qos: 1 | 2, lanes: number) {
    this.#publish = (text) => witness.publish(topic, text, { qos });
    this.#publishing = Promise.all(Array.from({ length: lanes }, () => this.#lane()));
  }

  allow(count: number): void {
    this.#allowed = count;
  }

  /** Resolves with how many were published, `END` not counted. */
  async finish(): Promise<number> {
    this.#goesOn = false;
    await this.#publishing;
    await this.#publish(END);
    return this.#published;
  }

  async #lane(): Promise<void> {
    while (this.#goesOn) {
      if (this.#published < this.#allowed) {
        this.#published += 1;
        await this.#publish(String(this.#published - 1));
      } else await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

/** How messages arrived that were numbered from 0 on and ended with `END`. */
export function arrival(texts: readonly string[]): { distinct: number; inOrder: boolean; repeated: number } {
  const numbers = texts.filter((text) => text !== END).map(Number);
  const firsts = [...new Set(numbers)];
  return {
    distinct: firsts.length,
    inOrder: firsts.every((number, index) => number === index),
    repeated: numbers.length - firsts.length,
  };
}
