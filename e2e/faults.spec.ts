import { expect, test } from './fixtures/index.ts';
import { arrival, Circulation, echo } from './support/circulation.ts';
import { heapUsed } from './support/heap.ts';
import { VERSIONS } from './support/versions.ts';

const FAULTS = 220;
/** Messages under way at any time, of each QoS. */
const WIDTH = 12;
/** `MQTIDE_SEED` repeats a run. */
const SEED = Number(process.env['MQTIDE_SEED'] ?? Date.now() % 1_000_000);

for (const { name, protocolVersion } of VERSIONS) {
  test(`${name}: ${FAULTS} faults of the network in QoS 1 and 2 traffic both ways: nothing is lost, QoS 2 arrives exactly once`, {
    tag: '@chromium',
    annotation: { type: 'seed', description: String(SEED) },
  }, async ({ page, brokerWith, faultyBridgeTo, topic, witnessOf }) => {
    test.setTimeout(300_000);
    console.log(`seed ${SEED}`);
    const broker = await brokerWith({ tcpPort: 'free', lines: ['max_queued_messages 0'] });
    const bridge = await faultyBridgeTo(broker.tcpPort, SEED);
    const routes = ([1, 2] as const).map((qos) => ({ qos, topic: `${topic}/${qos}` }));
    const circulations: Circulation[] = [];
    for (const { qos, topic } of routes) {
      const witness = await witnessOf(broker.url, { protocolVersion });
      await witness.subscribe(`${topic}/from-page`, qos);
      circulations.push(new Circulation(witness, topic, qos));
    }
    // The shortest keep alive, since half of the connections end without a word.
    const run = await page.evaluateHandle(echo, {
      url: bridge.url,
      protocolVersion,
      routes,
      keepAliveSeconds: 1,
      pingTimeoutMs: 250,
    });
    for (const circulation of circulations) circulation.begin(WIDTH);
    await Promise.all(circulations.map((circulation) => circulation.reaches(500)));
    const before = await heapUsed(page);

    bridge.rage();
    await bridge.until(FAULTS);
    bridge.rage(false);
    const counts = await Promise.all(circulations.map((circulation) => circulation.finish()));
    const after = await heapUsed(page);
    const { losses, failed, received, resumed } = await run.evaluate((run) => run.report());

    console.log(
      `${JSON.stringify(bridge.happened)}, ${resumed.length} connections, ${counts.join(' + ')} messages each way, ` +
        `heap ${before} -> ${after}`,
    );
    expect(bridge.faults).toBeGreaterThanOrEqual(FAULTS);
    expect(losses.length).toBeGreaterThan(30);
    expect(resumed.slice(1)).not.toContain(false);
    expect(failed).toEqual([]);
    for (const [index, { qos }] of routes.entries()) {
      const ways = [arrival(received[index] ?? []), arrival(circulations[index]?.home ?? [])];
      for (const way of ways) {
        expect(way).toMatchObject({ distinct: counts[index], inOrder: true });
        if (qos === 2) expect(way.repeated).toBe(0);
      }
    }
    // What the page itself remembers of a message is a few dozen bytes.
    expect(after - before).toBeLessThan(200_000 + 100 * (counts[0] ?? 0) + 100 * (counts[1] ?? 0));
  });
}
