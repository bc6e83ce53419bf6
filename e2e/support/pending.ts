import type { ClientOptions } from '@mqtide/client';

/** What `runPending` is told. */
export interface Pending {
  readonly url: string;
  readonly protocolVersion: 4 | 5;
  readonly topic: string;
  readonly options: Partial<ClientOptions>;
}

/**
 * Runs in the page, so it sees nothing of this file. A client that can be told to begin operations of every kind, and
 * notes how each of them ended, as `<operation> <code>`; a promise that settled twice would be noted twice.
 */
export async function runPending({ url, protocolVersion, topic, options }: Pending) {
  const client = mqtide.createClient({ url, protocolVersion, ...options });
  const outcomes: string[] = [];
  let noticed = (): void => {};
  const note = (operation: string, promise: Promise<unknown>, success = 'resolved'): void => {
    const settle = (outcome: string): void => {
      outcomes.push(`${operation} ${outcome}`);
      noticed();
    };
    promise.then(
      () => settle(success),
      (error) => settle(error.code),
    );
  };
  const publish = (qos: 0 | 1 | 2, suffix = ''): void =>
    note(`QoS ${qos}${suffix}`, client.publish(`${topic}/${qos}`, 'x', { qos }));
  const disconnected = new Promise<void>((resolve) => client.on('disconnection', () => resolve()));
  await client.start();
  const doomed = await client.subscribe(`${topic}/doomed`);
  const iterated = await client.subscribe(`${topic}/iterated`);
  return {
    client,
    disconnected,
    /** More than the server takes at a time; returns how many operations there are. */
    begin(): number {
      note('iteration', iterated[Symbol.asyncIterator]().next(), 'ended');
      note('subscribe', client.subscribe(`${topic}/more`, { qos: 1 }));
      note('unsubscribe', doomed.unsubscribe());
      for (let number = 0; number < 10; number += 1) publish(0);
      for (let number = 0; number < 50; number += 1) {
        publish(1);
        publish(2);
      }
      return 113;
    },
    /** The same while there is no connection. */
    beginOffline(): number {
      note('subscribe', client.subscribe(`${topic}/even-more`, { qos: 1 }));
      publish(0, ' offline');
      for (let number = 0; number < 10; number += 1) {
        publish(1);
        publish(2);
      }
      return 22;
    },
    /** So many operations have ended. */
    settled: (count: number): Promise<void> =>
      new Promise((resolve) => {
        noticed = () => {
          if (outcomes.length >= count) resolve();
        };
        noticed();
      }),
    outcomes: async (): Promise<readonly string[]> => {
      // Whatever settles a second time has done so after a turn of the event loop.
      await new Promise((resolve) => setTimeout(resolve));
      return outcomes;
    },
  };
}
