import { expect, test } from './fixtures/index.ts';
import { arrival, END, Numbers, runTraffic } from './support/traffic.ts';
import { VERSIONS } from './support/versions.ts';

/** Messages from the page before, between and after the restarts, at least. */
const SENT = 1_000;
/** Messages to the page before, between and after the restarts: they have just begun when the broker goes. */
const CAME = 150;
const RESTARTS = 2;
/** Messages of the witness under way at any time. */
const WITNESS_LANES = 10;

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
      // mosquitto 2.0 restores what was queued as if it had been in flight, and forgets what it had received beyond so
      // many. So nothing is queued here; and to the page fewer are on their way than its Receive Maximum, which is 256.
      const broker = await brokerWith({ persistence: true, lines: ['max_inflight_messages 60000'] });
      const witness = await witnessOf(broker.url, {
        protocolVersion,
        clientId: 'witness',
        clean: false,
        ...(protocolVersion === 5 && { properties: { sessionExpiryInterval: 600 } }),
      });
      await witness.subscribe(`${topic}/from-page`, qos);
      const traffic = { url: broker.url, protocolVersion, qos, topic, lanes: 50 };
      const run = await page.evaluateHandle(runTraffic, traffic);
      const numbers = new Numbers(witness, `${topic}/to-page`, qos, WITNESS_LANES);
      const progress = (sent: number, came: number): Promise<void> =>
        run.evaluate((run, counts) => run.progress(...counts), [sent, came] as const);

      for (let restart = 1; restart <= RESTARTS; restart += 1) {
        numbers.allow(restart * CAME);
        await run.evaluate((run) => run.goOn());
        await progress(restart * SENT, (restart - 1) * CAME);
        await broker.restart();
        await run.evaluate((run, times) => run.connected(times), restart + 1);
        await progress(0, restart * CAME);
      }
      numbers.allow((RESTARTS + 1) * CAME);
      await run.evaluate((run) => run.goOn());
      await progress((RESTARTS + 1) * SENT, 0);
      const [toPage, fromPage] = await Promise.all([numbers.finish(), run.evaluate((run) => run.finish())]);
      const { resumed, pendingAtLoss, failed, received } = await run.evaluate((run) => run.report());
      await witness.until((seen) => text(seen.at(-1)?.payload) === END);

      // In the middle: at each loss operations were under way, and the session went on.
      expect(pendingAtLoss).toHaveLength(RESTARTS);
      expect(Math.min(...pendingAtLoss)).toBeGreaterThan(0);
      expect(resumed).toEqual([false, true, true]);
      expect(failed).toEqual([]);
      const atWitness = arrival(witness.seen.map(({ payload }) => text(payload)));
      const atPage = arrival(received);
      expect(atWitness).toMatchObject({ distinct: fromPage, inOrder: true });
      expect(atPage).toMatchObject({ distinct: toPage, inOrder: true });
      if (qos === 2) expect([atWitness.repeated, atPage.repeated]).toEqual([0, 0]);
    });
  }
}

const text = (payload: Uint8Array = new Uint8Array()): string => Buffer.from(payload).toString();
