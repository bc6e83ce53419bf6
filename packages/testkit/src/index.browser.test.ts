import { expect, it } from 'vitest';
import { createPair, VirtualClock } from './index.ts';

it('runs in a browser: the pair, and an hour of the clock', async () => {
  const { broker, clock, createClient } = createPair();
  const client = createClient();
  await client.start();
  expect(await client.publish('a', 'x', { qos: 2 })).toMatchObject({ qos: 2 });
  await clock.advance(3_600_000);
  expect(broker.connectedClients).toHaveLength(1);
  broker.assertNoViolations();
  await client.stop();
});

it('lets every promise run between two wake-ups without a timer', async () => {
  const clock = new VirtualClock();
  const ran: string[] = [];
  const chain = async (name: string): Promise<void> => {
    for (let link = 0; link < 1_000; link++) await Promise.resolve();
    ran.push(name);
  };
  clock.wakeAt(1, () => void chain('a'));
  clock.wakeAt(2, () => void ran.push('b'));
  await clock.advance(5);
  expect(ran).toEqual(['a', 'b']);
});
