import { createClientWith } from '@mqtide/client/internal';
import { describe, expect, it } from 'vitest';
import { createPair } from './pair.ts';

describe('createPair', () => {
  it('joins a client and a broker, without touching the clock', async () => {
    const pair = createPair();
    const client = createClientWith({ url: pair.url, clientId: 'a' }, pair);
    await client.start();
    const heard: string[] = [];
    await client.subscribe('plants/+/temp', { qos: 2 }, (message) => heard.push(`${message.topic} ${message.text()}`));
    for (const qos of [0, 1, 2] as const) await client.publish('plants/p1/temp', `qos ${qos}`, { qos });
    expect(heard).toEqual(['plants/p1/temp qos 0', 'plants/p1/temp qos 1', 'plants/p1/temp qos 2']);
    await client.stop();
    expect(pair.broker.connectedClients).toEqual([]);
    expect(pair.clock.now()).toBe(0);
    pair.broker.assertNoViolations();
  });
});
