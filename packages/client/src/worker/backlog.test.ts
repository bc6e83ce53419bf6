import type { PublishPacket } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import type { SubscribeOptions } from '../subscribe.ts';
import { grant } from '../testing/subscriptions.test-helpers.ts';
import type { Warning } from '../warning.ts';
import { connectedWorker, type WorkerSetUp } from './worker.test-helpers.ts';

const KIBIBYTE = 1_024;
const MEBIBYTE = 1_024 * KIBIBYTE;

const message = (number: number, more: Partial<PublishPacket> = {}, bytes = 16 * KIBIBYTE): PublishPacket => {
  const payload = new Uint8Array(bytes);
  new DataView(payload.buffer).setUint32(0, number);
  return { type: 'publish', topic: 'a', payload, qos: 0, retain: false, duplicate: false, ...more };
};

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

async function listening(
  options: SubscribeOptions = {},
): Promise<Awaited<ReturnType<typeof connectedWorker>> & { readonly numbers: number[]; readonly warnings: Warning[] }> {
  const made = await connectedWorker({ keepAliveSeconds: 0 }, {}, { maxBacklogBytes: 4 * MEBIBYTE });
  const numbers: number[] = [];
  const warnings: Warning[] = [];
  made.client.on('warning', (warning) => warnings.push(warning));
  const subscribed = made.client.subscribe('a', options, ({ payload }) => {
    numbers.push(new DataView(payload.buffer, payload.byteOffset).getUint32(0));
  });
  await grant(made.server);
  await subscribed;
  return { ...made, numbers, warnings };
}

/** The main thread of the page is busy meanwhile. */
async function whileBusy({ page, clock }: WorkerSetUp, what: () => unknown): Promise<void> {
  page.block();
  await what();
  await clock.settle();
  page.unblock();
  await clock.settle();
}

describe('a page that is busy while messages come', () => {
  it('has at most a mebibyte and one message of them on its way', async () => {
    const made = await listening();
    let bytes = 0;
    const { onmessage } = made.page;
    made.page.onmessage = (event) => {
      bytes += (event.data as { readonly payloads: Uint8Array }).payloads.length;
      onmessage?.(event);
    };
    made.page.block();
    for (const number of range(0, 200)) made.server.send(message(number));
    await made.clock.settle();
    // What has arrived is all that was posted: nothing more comes before some of it was taken.
    const parcels = made.page.parcels;
    await made.clock.settle();
    expect(made.page.parcels).toBe(parcels);
    made.page.unblock();
    expect([bytes > MEBIBYTE / 2, bytes <= MEBIBYTE + 16 * KIBIBYTE]).toEqual([true, true]);
    await made.clock.settle();
    expect(made.numbers).toEqual(range(0, 200));
    expect([made.warnings, made.client.statistics().droppedMessageCount]).toEqual([[], 0]);
    await made.client.stop();
  });

  it('loses the oldest messages of QoS 0 that are too many, and keeps the newest; they are counted and warned about', async () => {
    const made = await listening();
    await whileBusy(made, () => made.server.send(...range(0, 1_000).map((number) => message(number))));
    const { numbers, warnings, client } = made;
    const lost = 1_000 - numbers.length;
    const [gap = 0] = numbers.flatMap((number, index) => (number === index ? [] : [index]));
    expect(numbers).toEqual([...range(0, gap), ...range(gap + lost, 1_000)]);
    expect([gap > 55, gap < 70]).toEqual([true, true]);
    expect([numbers.length - gap >= 120, numbers.length - gap <= 256]).toEqual([true, true]);
    expect(client.statistics().droppedMessageCount).toBe(lost);
    expect(warnings).toMatchObject([
      { code: 'MESSAGES_DROPPED', message: expect.stringContaining(`${lost} of QoS 0`) },
    ]);
    await client.stop();
  });

  it('is warned at most once in ten seconds, however often it happens', async () => {
    const made = await listening();
    const flood = (): void => made.server.send(...range(0, 1_000).map((number) => message(number)));
    for (let times = 0; times < 3; times++) await whileBusy(made, flood);
    expect(made.warnings).toHaveLength(1);
    await made.clock.advance(10_000);
    await whileBusy(made, flood);
    expect(made.warnings).toHaveLength(2);
    expect(made.client.statistics().droppedMessageCount + made.numbers.length).toBe(4_000);
    await made.client.stop();
  });

  it('loses none of QoS 1 and 2, which Receive Maximum bounds, and keeps their order among the others', async () => {
    const made = await listening({ qos: 2 });
    await whileBusy(made, () =>
      made.server.send(
        ...range(0, 1_000).map((number) => {
          if (number % 10 !== 0) return message(number);
          return message(number, { qos: number % 20 === 0 ? 1 : 2, packetId: number + 1 });
        }),
      ),
    );
    const { numbers } = made;
    expect(numbers).toEqual([...numbers].sort((left, right) => left - right));
    expect(numbers.filter((number) => number % 10 === 0)).toEqual(range(0, 100).map((number) => number * 10));
    expect(numbers.length).toBeLessThan(500);
    await made.client.stop();
  });

  it('of QoS 1 and 2 none is acknowledged before the page has taken it', async () => {
    const made = await listening({ qos: 1 });
    await whileBusy(made, async () => {
      made.server.send(message(0, { qos: 1, packetId: 1 }));
      await made.clock.settle();
      await made.server.expectNothing();
    });
    await made.server.expectPacket('puback', { packetId: 1 });
    await made.client.stop();
  });

  it('loses packets that somebody watches, too, rather than memory', async () => {
    const made = await listening();
    let packets = 0;
    made.client.on('packet', () => (packets += 1));
    await made.clock.settle();
    await whileBusy(made, () => made.server.send(...range(0, 1_000).map((number) => message(number))));
    expect(packets + made.numbers.length).toBeLessThan(400);
    expect(made.client.statistics().droppedMessageCount).toBe(1_000 - made.numbers.length);
    await made.client.stop();
  });

  it('is told of what is large besides the payload: user properties count', async () => {
    const made = await listening();
    const userProperties = range(0, 64).map((index) => [`name ${index}`, 'x'.repeat(KIBIBYTE)] as const);
    await whileBusy(made, () =>
      made.server.send(...range(0, 500).map((number) => message(number, { properties: { userProperties } }, 4))),
    );
    expect(made.numbers.length).toBeLessThan(100);
    await made.client.stop();
  });

  it('can stop, with what it has not taken yet on its way: no handler is called any more', async () => {
    const made = await listening({ qos: 1 });
    made.page.block();
    made.server.send(...range(0, 200).map((number) => message(number, { qos: 1, packetId: number + 1 })));
    await made.clock.settle();
    const stopped = made.client.stop();
    made.page.unblock();
    await made.server.expectPacket('disconnect');
    await made.server.expectClosed();
    await stopped;
    expect([made.numbers, made.client.state.status]).toEqual([[], 'stopped']);
  });

  it('gets what is on its way when it stops with `drainMs`, and acknowledges it', async () => {
    const made = await listening({ qos: 1 });
    const published = made.client.publish('b', 'x', { qos: 1 });
    const { packetId = 0 } = await made.server.expectPacket('publish');
    made.page.block();
    made.server.send(message(7, { qos: 1, packetId: 1 }));
    await made.clock.settle();
    const stopped = made.client.stop({ drainMs: 5_000 });
    made.page.unblock();
    await made.server.expectPacket('puback', { packetId: 1 });
    made.server.send({ type: 'puback', packetId, reasonCode: 0 });
    expect(await published).toMatchObject({ qos: 1 });
    await made.server.expectPacket('disconnect');
    await made.server.expectClosed();
    await stopped;
    expect(made.numbers).toEqual([7]);
  });
});
