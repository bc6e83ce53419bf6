import { describe, expect, it } from 'vitest';
import { Traffic } from './traffic.ts';

describe('traffic', () => {
  it('adds up totals, and rates over the last five whole seconds', () => {
    const traffic = new Traffic();
    for (let second = 0; second < 10; second++) traffic.add(second * 1_000 + 999, 2, 100 + second);
    traffic.add(10_000, 6, 700);
    traffic.add(10_000, 1, 0);
    expect(traffic.read(10_500)).toEqual({
      messages: 27,
      bytes: 1_745,
      messagesPerSecond: 2,
      bytesPerSecond: (105 + 106 + 107 + 108 + 109) / 5,
    });
  });

  it('is at rest five seconds after the last message, and does not wake up with old numbers', () => {
    const traffic = new Traffic();
    traffic.add(1_700_000_000_123, 10, 1_000);
    expect(traffic.read(1_700_000_000_500)).toMatchObject({ messagesPerSecond: 0, bytesPerSecond: 0 });
    expect(traffic.read(1_700_000_005_900)).toMatchObject({ messagesPerSecond: 2, bytesPerSecond: 200 });
    expect(traffic.read(1_700_000_006_000)).toMatchObject({ messagesPerSecond: 0, bytesPerSecond: 0 });
    traffic.add(1_700_000_060_000, 5, 50);
    expect(traffic.read(1_700_000_061_000)).toMatchObject({ messages: 15, messagesPerSecond: 1, bytesPerSecond: 10 });
  });
});
