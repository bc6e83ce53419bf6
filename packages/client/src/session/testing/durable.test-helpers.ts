import { Driver } from './driver.test-helpers.ts';
import { connack } from './packets.test-helpers.ts';

/** What an earlier page stored. */
type Records = readonly { readonly key: string; readonly value: unknown }[];

/** A session with a store, which is open. */
export function opened(records: Records = [], overrides: ConstructorParameters<typeof Driver>[0] = {}): Driver {
  const driver = new Driver({ isDurable: true, ...overrides });
  driver.start();
  driver.tell({ type: 'restored', records });
  return driver;
}

/** The same, connected. */
export function online(records: Records = [], answer = connack()): Driver {
  const driver = opened(records);
  driver.opened();
  driver.receive(answer);
  return driver;
}
