import { readdirSync } from 'node:fs';
import { afterAll, beforeEach, expect, vi } from 'vitest';
import type * as Internal from '../internal.ts';

/*
 * The tests of the client, all of them, once more on an engine at the other end of a channel: it has to be the same client.
 * What differs on purpose is listed here, test by test.
 */
const FIGURES = '`statistics()` has the figures that the worker told last';
const LATER = 'the worker hears of it a letter later';
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'makes at most a mebibyte and one message wait in the socket, of 64 that are published': FIGURES,
  'counts operations as the AWS IoT device SDKs do: those that wait, and those that are unacknowledged': FIGURES,
  'adds up messages and bytes both ways, with rates': FIGURES,
  'times PINGREQ and acknowledgements, one at a time': FIGURES,
  'is not heard any more: neither data, nor text, nor its end': 'looks at the client before the letters have come',
  'does not give a slow connection up while bytes leave it': `${LATER}: the bytes have left by then`,
  'has the bytes as they came, however they were split and written': `${LATER} that somebody listens`,
  'of attemptingConnect may stop the client: no socket is opened': `${LATER}: the socket is opened, and closed`,
  'is acknowledged, counted and warned about when nobody has come after `unroutedHoldMs`':
    'counts timers: page and worker have one each',
  'a QoS 2 message that comes again is answered and not delivered again [MQTT-4.3.3-10] [MQTT3-4.3.3-2]':
    'the acknowledgement of the page comes after both, and is sent once',
};

vi.mock('../internal.ts', async (original) => {
  // Nothing of the test kit, which waits for this module.
  const { createRemoteClientWith } = await import('./remote-client.test-helpers.ts');
  return { ...(await original<typeof Internal>()), createClientWith: createRemoteClientWith };
});

const excepted = new Set<string>();
beforeEach(({ task, skip }) => {
  const reason = EXCEPTIONS[task.name];
  if (reason === undefined) return;
  excepted.add(task.name);
  skip(reason);
});

// None that is no longer there.
afterAll(() => expect(excepted).toEqual(new Set(Object.keys(EXCEPTIONS))));

const folder = new URL('../', import.meta.url);
for (const name of readdirSync(folder).filter((each) => /^[^.]+\.test\.ts$/.test(each)))
  await import(new URL(name, folder).pathname);
