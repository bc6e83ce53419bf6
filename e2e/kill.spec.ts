import { expect, test } from './fixtures/index.ts';
import { runPending } from './support/pending.ts';
import { VERSIONS } from './support/versions.ts';

for (const { name, protocolVersion } of VERSIONS) {
  test.describe(`${name}: a broker is killed while operations are under way`, () => {
    test('stop() settles every one of them', async ({ page, brokerWith, networkTo, topic }) => {
      const broker = await brokerWith();
      const network = await networkTo(broker.url);
      const run = await page.evaluateHandle(runPending, { url: network.url, protocolVersion, topic, options: {} });
      network.silence();
      const begun = await run.evaluate((run) => run.begin());
      await broker.kill();
      network.cut();
      await run.evaluate((run) => run.disconnected);
      const later = await run.evaluate((run) => run.beginOffline());
      await run.evaluate((run) => run.client.stop());

      const outcomes = await run.evaluate((run) => run.outcomes());
      expect(outcomes).toHaveLength(begun + later);
      expect(tally(outcomes)).toEqual({
        'QoS 0 resolved': 10,
        'QoS 1 STOPPED': 60,
        'QoS 2 STOPPED': 60,
        'subscribe STOPPED': 2,
        'unsubscribe STOPPED': 1,
        'QoS 0 offline OFFLINE': 1,
        'iteration ended': 1,
      });
    });

    test('each fails by itself after its time', async ({ page, brokerWith, networkTo, topic }) => {
      const broker = await brokerWith();
      const network = await networkTo(broker.url);
      const options = { ackTimeoutMs: 500, offlineQueue: { maxAgeMs: 500 } };
      const run = await page.evaluateHandle(runPending, { url: network.url, protocolVersion, topic, options });
      network.silence();
      const begun = await run.evaluate((run) => run.begin());
      await broker.kill();
      network.cut();
      await run.evaluate((run) => run.disconnected);
      const later = await run.evaluate((run) => run.beginOffline());

      // All but the iteration, which goes on until stop().
      await run.evaluate((run, count) => run.settled(count), begun + later - 1);
      await run.evaluate((run) => run.client.stop());
      const outcomes = await run.evaluate((run) => run.outcomes());
      expect(outcomes).toHaveLength(begun + later);
      const codes = new Set(outcomes.map((outcome) => outcome.split(' ').at(-1)));
      expect(codes).toEqual(new Set(['resolved', 'ACK_TIMEOUT', 'EXPIRED', 'OFFLINE', 'ended']));
    });

    test('without reconnection each fails with the reason', async ({ page, brokerWith, networkTo, topic }) => {
      const broker = await brokerWith();
      const network = await networkTo(broker.url);
      const options = { reconnect: false } as const;
      const run = await page.evaluateHandle(runPending, { url: network.url, protocolVersion, topic, options });
      network.silence();
      const begun = await run.evaluate((run) => run.begin());
      await broker.kill();
      network.cut();
      await run.evaluate((run) => run.disconnected);

      await run.evaluate((run, count) => run.settled(count), begun);
      const outcomes = await run.evaluate((run) => run.outcomes());
      expect(tally(outcomes)).toEqual({
        'QoS 0 resolved': 10,
        'QoS 1 SOCKET_CLOSED': 50,
        'QoS 2 SOCKET_CLOSED': 50,
        'subscribe SOCKET_CLOSED': 1,
        'unsubscribe SOCKET_CLOSED': 1,
        'iteration SOCKET_CLOSED': 1,
      });
      expect(await run.evaluate((run) => run.client.state.status)).toBe('failed');
    });

    test('one that comes back with nothing is given everything that may be repeated', async ({
      page,
      brokerWith,
      networkTo,
      topic,
      witnessOf,
    }) => {
      const broker = await brokerWith();
      const network = await networkTo(broker.url);
      const options = { reconnect: { minDelayMs: 20, maxDelayMs: 100 } };
      const run = await page.evaluateHandle(runPending, { url: network.url, protocolVersion, topic, options });
      network.silence();
      const begun = await run.evaluate((run) => run.begin());
      await broker.kill();
      network.cut();
      await run.evaluate((run) => run.disconnected);
      const later = await run.evaluate((run) => run.beginOffline());
      await broker.restart();
      const witness = await witnessOf(broker.url, { protocolVersion });
      await witness.subscribe(`${topic}/#`, 2);
      network.restore();

      await run.evaluate((run, count) => run.settled(count), begun + later - 1);
      await run.evaluate((run) => run.client.stop());
      const outcomes = tally(await run.evaluate((run) => run.outcomes()));
      // Of 50 at QoS 2 those that had been sent may have arrived: nobody knows, and a second copy would break the promise.
      const { 'QoS 2 resolved': delivered = 0, 'QoS 2 SESSION_LOST': unknown = 0, ...others } = outcomes;
      expect(delivered + unknown).toBe(60);
      expect(unknown).toBeGreaterThan(0);
      expect(delivered).toBeGreaterThanOrEqual(10);
      expect(others).toEqual({
        'QoS 0 resolved': 10,
        'QoS 1 resolved': 60,
        'subscribe resolved': 2,
        'unsubscribe resolved': 1,
        'QoS 0 offline OFFLINE': 1,
        'iteration ended': 1,
      });
      await witness.until((seen) => seen.length >= 60 + delivered);
      const atQos2 = witness.seen.filter(({ qos }) => qos === 2);
      expect(atQos2).toHaveLength(delivered);
    });
  });
}

/** How often there is each outcome. */
function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
