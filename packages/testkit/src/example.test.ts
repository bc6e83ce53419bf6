import { createPair } from '@mqtide/testkit';
import { expect, test } from 'vitest';

test('a reading that was published while the network was down arrives, once', async () => {
  const { broker, clock, createClient, transport } = createPair();
  const sensor = createClient({ clientId: 'sensor' });
  const screen = createClient({ clientId: 'screen' });
  const shown: string[] = [];
  await sensor.start();
  await screen.start();
  await screen.subscribe('plants/+/temp', { qos: 2 }, (message) => void shown.push(message.text()));

  transport.connections[0]?.drop(); // the sensor's network is gone
  const published = sensor.publish('plants/p1/temp', '21', { qos: 2 });
  await clock.advance(60_000); // a minute passes at once; the sensor reconnects
  await published;

  expect(shown).toEqual(['21']);
  broker.assertNoViolations(); // both clients kept to the protocol
  await Promise.all([sensor.stop(), screen.stop()]);
});
