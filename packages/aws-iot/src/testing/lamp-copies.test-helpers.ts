import { afterEach, beforeEach, vi } from 'vitest';
import { createShadow, type Shadow } from '../shadow/shadow.ts';
import type { SyncOptions } from '../shadow/sync.ts';
import { FakeMessenger } from './fake-messenger.test-helpers.ts';
import { ShadowService } from './shadow-service.test-helpers.ts';

/* What the tests of local copies share: a service, and the shadow of a lamp, new for each test. */

export type State = { on?: boolean; level?: number; name?: string };

export let messenger: FakeMessenger;
export let service: ShadowService;
export let shadow: Shadow<State>;
/** To be called once, at the top of a test file. */
export function setUpLamp(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    messenger = new FakeMessenger();
    service = new ShadowService(messenger);
    shadow = createShadow<State>(messenger, { thingName: 'lamp' });
  });
  afterEach(() => vi.useRealTimers());
}

export const sync = async (options: SyncOptions<State> = {}) => {
  const changes: [version: number, missed: number][] = [];
  const copy = await shadow.sync({
    onChange: ({ version }, { missed }) => changes.push([version, missed]),
    ...options,
  });
  return { copy, changes };
};
export const requests = () => service.requests.map(({ topic }) => topic.split('/').at(-1));
/** What the service publishes is kept until `release`. */
export const hold = () => {
  const { send } = service;
  const held: (() => void)[] = [];
  service.send = (topic, value) => held.push(() => send(topic, value));
  return (order: (all: (() => void)[]) => (() => void)[] = (all) => all) => {
    service.send = send;
    for (const each of order(held)) each();
  };
};

/** Somebody else is faster, and the copy learns of it by the conflict only. */
export const overtake = (patch: object, times = 1): void => {
  const receive = messenger.onPublish;
  messenger.onPublish = (published) => {
    if (published.topic.endsWith('/update') && times > 0) {
      times -= 1;
      const { send } = service;
      service.send = () => {};
      service.update(patch);
      service.send = send;
    }
    return receive(published);
  };
};
