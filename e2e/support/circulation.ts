import type { Testimony, Witness } from './witness.ts';

/** What the page's part in a circulation is told. */
export interface EchoOptions {
  readonly url: string;
  readonly protocolVersion: 4 | 5;
  readonly routes: readonly { readonly qos: 1 | 2; readonly topic: string }[];
  /** 0 for none. @default 60 */
  readonly keepAliveSeconds?: number;
  /** How long to wait for an answer to PINGREQ. @default 10,000 */
  readonly pingTimeoutMs?: number;
}

/**
 * Runs in the page, so it sees nothing of this file. Publishes whatever comes on `<topic>/to-page` to
 * `<topic>/from-page`, the first time it comes.
 */
export async function echo({ routes, ...options }: EchoOptions) {
  const client = mqtide.createClient({
    ...options,
    clientId: 'page',
    // mosquitto 2.0 forgets a 5.0 session that began with Clean Start when it is restarted.
    session: { behavior: 'rejoinAlways' },
    reconnect: { minDelayMs: 20, maxDelayMs: 200 },
  });
  const resumed: boolean[] = [];
  const losses: string[] = [];
  const received: string[][] = [];
  const failed: string[] = [];
  const echoes = new Set<Promise<unknown>>();
  let isBack = (): void => {};
  client.on('connectionSuccess', ({ settings }) => {
    resumed.push(settings.rejoinedSession);
    isBack();
  });
  client.on('disconnection', ({ error }) => losses.push(`${error.code} ${error.message}`));
  await client.start();
  for (const { qos, topic } of routes) {
    const texts: string[] = [];
    const seen = new Set<string>();
    received.push(texts);
    await client.subscribe(`${topic}/to-page`, { qos }, (message) => {
      const text = message.text();
      texts.push(text);
      if (seen.has(text)) return;
      seen.add(text);
      const echo = client.publish(`${topic}/from-page`, text, { qos }).catch((error) => failed.push(error.code));
      echoes.add(echo);
      void echo.finally(() => echoes.delete(echo));
    });
  }
  return {
    /** The client has been connected so many times. */
    connected: (times: number): Promise<void> =>
      new Promise((resolve) => {
        isBack = () => {
          if (resumed.length >= times) resolve();
        };
        isBack();
      }),
    async report() {
      await Promise.all(echoes);
      await client.stop();
      return { resumed, losses, failed, received };
    },
  };
}

/**
 * Numbers from 0 on, of which as many go round as wanted: from the witness through the broker to the page, and back.
 * Whenever one comes home the next one sets out, so that something is under way at any time, and no more than that.
 */
export class Circulation {
  readonly #publish: (text: string) => Promise<void>;
  /** What came home, in order. */
  readonly home: string[] = [];
  readonly #seen = new Set<string>();
  readonly #unpublished = new Set<Promise<void>>();
  #next = 0;
  #goesOn = true;
  #notice: () => void = () => {};

  constructor(witness: Witness, topic: string, qos: 1 | 2) {
    this.#publish = (text) => witness.publish(`${topic}/to-page`, text, { qos });
    witness.listener = (testimony) => this.#comesHome(testimony);
  }

  /** So many set out. */
  begin(width: number): void {
    for (let number = 0; number < width; number += 1) this.#setOut();
  }

  /** So many have come home. */
  reaches(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#notice = () => {
        if (this.#seen.size >= count) resolve();
      };
      this.#notice();
    });
  }

  /** No other number sets out. Resolves with how many there were when all have come home, and one more after them. */
  async finish(): Promise<number> {
    this.#goesOn = false;
    await this.reaches(this.#next);
    // Whatever the broker sends once more, it sends before this one.
    this.#setOut();
    await this.reaches(this.#next);
    await Promise.all(this.#unpublished);
    return this.#next;
  }

  #setOut(): void {
    const published = this.#publish(String(this.#next));
    this.#next += 1;
    this.#unpublished.add(published);
    void published.finally(() => this.#unpublished.delete(published));
  }

  #comesHome({ payload }: Testimony): void {
    const text = Buffer.from(payload).toString();
    this.home.push(text);
    if (this.#seen.has(text)) return;
    this.#seen.add(text);
    if (this.#goesOn) this.#setOut();
    this.#notice();
  }
}

/** How numbers arrived that had set out in order. */
export function arrival(texts: readonly string[]): { distinct: number; inOrder: boolean; repeated: number } {
  const firsts = [...new Set(texts)];
  return {
    distinct: firsts.length,
    inOrder: firsts.every((text, index) => Number(text) === index),
    repeated: texts.length - firsts.length,
  };
}
