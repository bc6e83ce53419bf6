import { describe, expect, it } from 'vitest';
import { createPair, type PairOptions } from './pair.ts';
import { RawClient } from './raw-client.ts';

function connect(options: PairOptions = {}, clientId = 'client') {
  const pair = createPair(options);
  const client = pair.createClient({ clientId });
  return { pair, client };
}

describe('createPair', () => {
  it('joins a client and a broker, without touching the clock', async () => {
    const { pair, client } = connect();
    await client.start();
    const heard: string[] = [];
    await client.subscribe('plants/+/temp', { qos: 2 }, (message) => {
      heard.push(`${message.topic} ${message.text()}`);
    });
    for (const qos of [0, 1, 2] as const) await client.publish('plants/p1/temp', `qos ${qos}`, { qos });
    expect(heard).toEqual(['plants/p1/temp qos 0', 'plants/p1/temp qos 1', 'plants/p1/temp qos 2']);
    await client.stop();
    expect(pair.broker.connectedClients).toEqual([]);
    expect(pair.clock.now()).toBe(0);
    pair.broker.assertNoViolations();
  });

  it('takes the latency in both directions', async () => {
    const { pair, client } = connect({ latencyMs: 20 });
    const started = client.start();
    // Opening, CONNECT and CONNACK take one way each.
    await pair.clock.advance(59);
    expect(client.state.status).toBe('connecting');
    await pair.clock.advance(1);
    await started;
    const published = client.publish('a', 'x', { qos: 2 });
    await pair.clock.advance(80);
    await published;
    expect(pair.clock.now()).toBe(140);
  });

  it('leads to nothing while the broker is not reachable', async () => {
    const { pair, client } = connect();
    pair.isReachable = false;
    const started = client.start();
    await pair.clock.advance(10_000);
    expect(pair.transport.connections.length).toBeGreaterThan(1);
    expect(pair.broker.traffic).toEqual([]);
    pair.isReachable = true;
    await pair.clock.advance(200_000);
    await started;
    expect(pair.broker.connectedClients).toEqual(['client']);
    await client.stop();
  });

  it('wakes the broker when something is due', async () => {
    const { pair, client } = connect();
    await client.start();
    await client.subscribe('will', () => undefined);
    const raw = new RawClient(pair.broker);
    raw.connect({
      clientId: 'raw',
      keepAliveSeconds: 10,
      will: { topic: 'will', payload: Uint8Array.of(1), qos: 0, retain: false },
    });
    await pair.clock.advance(14_999);
    expect(raw.isOpen).toBe(true);
    await pair.clock.advance(1);
    expect(raw.isOpen).toBe(false);
    expect(pair.broker.sent('publish').map(({ topic }) => topic)).toEqual(['will']);
    await client.stop();
  });

  it('passes a quiet hour in a few hundred steps, and the client keeps its connection alive', async () => {
    const { pair, client } = connect();
    await client.start();
    await pair.clock.advance(3_600_000);
    expect(pair.transport.connections).toHaveLength(1);
    expect(pair.broker.received('pingreq').length).toBeGreaterThan(59);
    await client.stop();
    await pair.clock.advance(3_600_000);
    expect(pair.clock.pendingWakes).toBe(0);
  });

  it('keeps nothing of the traffic when it is told so', async () => {
    const { pair, client } = connect({ record: false });
    await client.start();
    expect(pair.broker.traffic).toEqual([]);
    expect(pair.transport.last.sent).toEqual([]);
    await client.stop();
  });

  it('goes the same way with the same seed', async () => {
    const run = async () => {
      const { pair, client } = connect({ seed: 4, latencyMs: 5 });
      void client.start();
      for (let step = 0; step < 50; step++) {
        void client.publish('a', `${step}`, { qos: 2 });
        if (step % 7 === 3) pair.transport.last.drop();
        await pair.clock.advance(400);
      }
      await pair.clock.advance(600_000);
      return pair.broker.traffic;
    };
    const first = await run();
    expect(first.length).toBeGreaterThan(200);
    expect(await run()).toEqual(first);
  });
});
