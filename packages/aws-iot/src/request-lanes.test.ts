import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { operation } from './operation.ts';
import { Requests } from './request.ts';
import { errorOf, FakeMessenger, settle } from './testing/fake-messenger.test-helpers.ts';

const CREATE = operation<object, { value?: unknown }>('svc/create', { correlation: 'topic' });
const OTHER = operation<object, { value?: unknown }>('svc/other', { correlation: 'topic' });

let messenger: FakeMessenger;
let requests: Requests;
beforeEach(() => {
  vi.useFakeTimers();
  messenger = new FakeMessenger();
  requests = new Requests(messenger);
});
afterEach(() => vi.useRealTimers());

describe('requests without a token', () => {
  const reply = (topic: string, value: unknown): void => messenger.deliver(`${topic}/accepted`, { value });

  it('take turns on a topic, and hold up no other', async () => {
    const first = requests.call(CREATE, {}, { n: 1 });
    const second = requests.call(CREATE, {}, { n: 2 });
    const other = requests.call(OTHER, {}, {});
    await settle();
    expect(messenger.published.map(({ topic }) => topic)).toEqual(['svc/create', 'svc/other']);
    expect(messenger.published.at(-1)?.body).toEqual({});
    reply('svc/other', 'o');
    reply('svc/create', 'c1');
    await settle();
    reply('svc/create', 'c2');
    expect((await Promise.all([first, second, other])).map(({ value }) => value)).toEqual(['c1', 'c2', 'o']);
  });

  it('go on after a failure, and subscribe anew after a timeout: a late answer is nobody’s', async () => {
    const first = errorOf(requests.call(CREATE, {}, {}, { timeoutMs: 100 }));
    const second = requests.call(CREATE, {}, {});
    await vi.advanceTimersByTimeAsync(100);
    expect(await first).toMatchObject({ code: 'TIMEOUT' });
    expect(messenger.log.filter((line) => line.includes('accepted'))).toEqual([
      '+svc/create/accepted',
      '-svc/create/accepted',
      '+svc/create/accepted',
    ]);
    expect(messenger.filters).toHaveLength(2);
    reply('svc/create', 2);
    expect((await second).value).toBe(2);
  });

  it('can be given up while they wait for their turn, and do not let the next one pass', async () => {
    const first = requests.call(CREATE, {}, { n: 1 });
    const abort = new AbortController();
    const second = errorOf(requests.call(CREATE, {}, { n: 2 }, { signal: abort.signal }));
    const third = requests.call(CREATE, {}, { n: 3 });
    await settle();
    abort.abort(new Error('enough'));
    expect((await second).message).toBe('enough');
    await settle();
    expect(messenger.published.map(({ body }) => body['n'])).toEqual([1]);
    reply('svc/create', 1);
    await settle();
    expect(messenger.published.map(({ body }) => body['n'])).toEqual([1, 3]);
    reply('svc/create', 3);
    expect((await Promise.all([first, third])).map(({ value }) => value)).toEqual([1, 3]);
  });

  it('reject when the answer is no JSON, without a word of it', async () => {
    const got = errorOf(requests.call(CREATE, {}, {}));
    await settle();
    messenger.deliver('svc/create/accepted', '{"privateKey":"SENTINEL');
    const error = await got;
    expect(error).toMatchObject({ code: 'BAD_ANSWER' });
    expect(`${error.message}${error.stack ?? ''}${JSON.stringify(error)}${String(error.cause)}`).not.toContain(
      'SENTINEL',
    );
  });
});
