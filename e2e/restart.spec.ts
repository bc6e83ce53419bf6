import { expect, test } from './fixtures/index.ts';
import { arrival, Circulation, echo } from './support/circulation.ts';
import { VERSIONS } from './support/versions.ts';

/** Messages each way before, between and after the restarts, at least. */
const MESSAGES = 1_000;
const RESTARTS = 2;
/** Messages under way at any time. */
const WIDTH = 50;

for (const { name, protocolVersion } of VERSIONS) {
  for (const qos of [1, 2] as const) {
    const promise = qos === 1 ? 'nothing is lost' : 'everything arrives exactly once';

    test(`${name}: a broker restarted in the middle of QoS ${qos} traffic, both ways: ${promise}`, async ({
      page,
      brokerWith,
      topic,
      witnessOf,
    }) => {
      test.slow();
      // What exceeds this when it is restarted, mosquitto 2.0 restores as if it had not been sent yet.
      const broker = await brokerWith({ persistence: true, lines: [`max_inflight_messages ${2 * WIDTH}`] });
      const witness = await witnessOf(broker.url, {
        protocolVersion,
        clientId: 'witness',
        clean: false,
        ...(protocolVersion === 5 && { properties: { sessionExpiryInterval: 600 } }),
      });
      await witness.subscribe(`${topic}/from-page`, qos);
      const run = await page.evaluateHandle(echo, { url: broker.url, protocolVersion, routes: [{ qos, topic }] });
      const circulation = new Circulation(witness, topic, qos);

      circulation.begin(WIDTH);
      for (let restart = 1; restart <= RESTARTS; restart += 1) {
        await circulation.reaches(restart * MESSAGES);
        await broker.restart();
        await run.evaluate((run, times) => run.connected(times), restart + 1);
      }
      await circulation.reaches((RESTARTS + 1) * MESSAGES);
      const count = await circulation.finish();
      const {
        resumed,
        losses,
        failed,
        received: [received = []],
      } = await run.evaluate((run) => run.report());

      expect(losses).toHaveLength(RESTARTS);
      expect(resumed).toEqual([false, true, true]);
      expect(failed).toEqual([]);
      const [atPage, atWitness] = [arrival(received), arrival(circulation.home)];
      expect(atPage).toMatchObject({ distinct: count, inOrder: true });
      expect(atWitness).toMatchObject({ distinct: count, inOrder: true });
      if (qos === 2) expect([atPage.repeated, atWitness.repeated]).toEqual([0, 0]);
    });
  }
}
