import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { operation } from './operation.ts';
import { Requests } from './request.ts';
import { errorOf, FakeMessenger, settle } from './testing/fake-messenger.test-helpers.ts';

const GET = operation<object, { value?: unknown }>('svc/{name}/get');
const CREATE = operation<object, { value?: unknown }>('svc/create', { correlation: 'topic' });

let messenger: FakeMessenger;
let requests: Requests;
beforeEach(() => {
  vi.useFakeTimers();
  messenger = new FakeMessenger();
  requests = new Requests(messenger);
});
afterEach(() => vi.useRealTimers());

const last = () => {
  const published = messenger.published.at(-1);
  if (published === undefined) throw new Error('nothing was published');
  return published;
};
const answer = (value: unknown, published = last()): void =>
  messenger.deliver(`${published.topic}/accepted`, { value, clientToken: published.token });

describe('a request', () => {
  it('is published when both of its answers are subscribed to, with a token of its own', async () => {
    const got = requests.call(GET, { name: 'a' }, { x: 1 });
    await settle();
    expect(messenger.log).toEqual(['+svc/a/get/accepted', '+svc/a/get/rejected', 'publish svc/a/get']);
    expect(last().body).toEqual({ x: 1, clientToken: expect.stringMatching(/^(\d+-){3}\d+$/) });
    answer(7);
    expect(await got).toMatchObject({ value: 7 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not changed', async () => {
    const request = Object.freeze({ x: 1 });
    const got = requests.call(GET, { name: 'a' }, request);
    await settle();
    answer(1);
    await got;
    expect(request).toEqual({ x: 1 });
  });

  it('gets its own answer, in whatever order they come', async () => {
    const all = [1, 2, 3].map((x) => requests.call(GET, { name: 'a' }, { x }));
    await settle();
    for (const published of [...messenger.published].reverse()) answer(published.body['x'], published);
    expect((await Promise.all(all)).map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(messenger.log.filter((line) => line.startsWith('+'))).toHaveLength(2);
  });

  it('does not take the answer of another client, one without a token, or one that is no JSON', async () => {
    const got = requests.call(GET, { name: 'a' }, {});
    await settle();
    messenger.deliver('svc/a/get/accepted', { value: 'theirs', clientToken: 'theirs' });
    messenger.deliver('svc/a/get/rejected', { code: 400, message: 'Invalid JSON' });
    messenger.deliver('svc/a/get/accepted', '{');
    messenger.deliver('svc/a/get/accepted', 'null');
    answer('mine');
    expect(await got).toMatchObject({ value: 'mine' });
  });

  it('takes an answer that overtakes the PUBACK', async () => {
    messenger.onPublish = (published) => {
      answer(1, published);
      return new Promise(() => {});
    };
    expect(await requests.call(GET, { name: 'a' }, {})).toMatchObject({ value: 1 });
  });

  it.each([false, 0, '', null])('has %j as a value like any other', async (value) => {
    const got = requests.call(GET, { name: 'a' }, { value });
    await settle();
    expect(last().body['value']).toBe(value);
    answer(value);
    expect((await got).value).toBe(value);
  });

  it('rejects with the code, the message and the document of the service', async () => {
    const got = requests.call(GET, { name: 'a' }, {});
    await settle();
    const document = { code: 409, message: 'Version conflict', clientToken: last().token, more: true };
    messenger.deliver('svc/a/get/rejected', document);
    expect(await errorOf(got)).toMatchObject({
      name: 'ServiceError',
      code: 409,
      message: 'Version conflict (409)',
      document,
      topic: 'svc/a/get',
    });
  });

  it.each([
    [{ code: 'VersionMismatch', message: 'm' }, 'VersionMismatch', 'm (VersionMismatch)'],
    [{ statusCode: 400, errorCode: 'InvalidToken', errorMessage: 'm' }, 'InvalidToken', 'm (InvalidToken)'],
    [{ error: 'InvalidRequest', errorMessage: 'm' }, 'InvalidRequest', 'm (InvalidRequest)'],
    [{}, 'Unknown', 'The service refused the request (Unknown)'],
  ])('understands a refusal of the form %j', async (document, code, message) => {
    const got = requests.call(GET, { name: 'a' }, {});
    await settle();
    messenger.deliver('svc/a/get/rejected', { ...document, clientToken: last().token });
    expect(await errorOf(got)).toMatchObject({ code, message });
  });

  it('rejects in time, offline or not, and leaves no timer', async () => {
    messenger.onSubscribe = () => new Promise(() => {});
    const got = errorOf(requests.call(GET, { name: 'a' }, {}, { timeoutMs: 500 }));
    await vi.advanceTimersByTimeAsync(499);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await got).toMatchObject({ name: 'RequestError', code: 'TIMEOUT' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits half a minute by default, or what the service was made with', async () => {
    const patient = errorOf(requests.call(GET, { name: 'a' }, {}));
    const hasty = errorOf(new Requests(messenger, { timeoutMs: 10 }).call(GET, { name: 'b' }, {}));
    await vi.advanceTimersByTimeAsync(10);
    expect((await hasty).message).toContain('10 ms');
    await vi.advanceTimersByTimeAsync(29_990);
    expect((await patient).message).toContain('30000 ms');
  });

  it('waits for ever when that is asked for', async () => {
    const got = requests.call(GET, { name: 'a' }, {}, { timeoutMs: Number.POSITIVE_INFINITY });
    await vi.advanceTimersByTimeAsync(86_400_000);
    answer(1);
    expect(await got).toMatchObject({ value: 1 });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'with %d in it is refused: as null, which JSON would make of it, it would delete',
    async (value) => {
      const got = errorOf(requests.call(GET, { name: 'a' }, { state: { reported: { temperature: value } } }));
      expect(await got).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('temperature') });
      expect(messenger.log).toEqual([]);
    },
  );

  it('that is given up while its subscriptions wait takes them back', async () => {
    messenger.onSubscribe = () => new Promise(() => {});
    const got = errorOf(requests.call(GET, { name: 'a' }, {}, { timeoutMs: 500 }));
    await vi.advanceTimersByTimeAsync(500);
    await got;
    expect(messenger.filters).toEqual([]);
  });

  it('is given up with its signal, and so is a publish that waits', async () => {
    const signals: (AbortSignal | undefined)[] = [];
    const publish = messenger.publish.bind(messenger);
    messenger.publish = (topic, payload, options) => {
      signals.push(options.signal);
      return publish(topic, payload, options);
    };
    const abort = new AbortController();
    const got = errorOf(requests.call(GET, { name: 'a' }, {}, { signal: abort.signal }));
    await settle();
    const reason = new Error('changed my mind');
    abort.abort(reason);
    expect(await got).toBe(reason);
    expect(signals[0]?.aborted).toBe(true);
    expect(await errorOf(requests.call(GET, { name: 'a' }, {}, { signal: abort.signal }))).toBe(reason);
    expect(messenger.published).toHaveLength(1);
  });

  it('fails with what the client says of a publish, and the next one goes out', async () => {
    const refused = new Error('PUBLISH_REFUSED');
    messenger.onPublish = () => Promise.reject(refused);
    expect(await errorOf(requests.call(GET, { name: 'a' }, {}))).toBe(refused);
    messenger.onPublish = () => {};
    const got = requests.call(GET, { name: 'a' }, {});
    await settle();
    answer(1);
    await got;
  });

  it('fails with what the client says of a subscription, and the next one subscribes again', async () => {
    const refused = new Error('SUBSCRIBE_REFUSED');
    messenger.onSubscribe = (filter) => (filter.endsWith('rejected') ? Promise.reject(refused) : undefined);
    expect(await errorOf(requests.call(GET, { name: 'a' }, {}))).toBe(refused);
    await settle();
    expect(messenger.filters).toEqual([]);
    messenger.onSubscribe = () => {};
    const got = requests.call(GET, { name: 'a' }, {});
    await settle();
    answer(1);
    await got;
    expect(messenger.published).toHaveLength(1);
  });

  it.each(['', 'a/b', 'a+', '#', 'a\0', undefined, 7])('refuses the name %j and sends nothing', async (name) => {
    expect(await errorOf(requests.call(GET, { name: name as string }, {}))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(messenger.log).toEqual([]);
  });

  it('has names with what means something when text is replaced', async () => {
    void requests.call(GET, { name: '$&$1$$' }, {}).catch(() => {});
    await settle();
    expect(last().topic).toBe('svc/$&$1$$/get');
  });

  it('is asked again when it only reads, with its token, because a subscription may begin after its SUBACK', async () => {
    const read = operation<object, { value?: unknown }>('svc/read', { reads: true });
    const got = requests.call(read, {}, {});
    const changing = errorOf(requests.call(GET, { name: 'a' }, {}));
    await vi.advanceTimersByTimeAsync(12_000);
    const asked = messenger.published.filter(({ topic }) => topic === 'svc/read');
    expect(asked).toHaveLength(3);
    expect(new Set(asked.map(({ token }) => token)).size).toBe(1);
    answer(1, asked[2]);
    answer(2, asked[1]);
    expect(await got).toMatchObject({ value: 1 });
    await vi.advanceTimersByTimeAsync(30_000);
    await changing;
    expect(messenger.published).toHaveLength(4);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('subscribes anew after a timeout: a client that tells nobody may have been restarted', async () => {
    const timedOut = errorOf(requests.call(GET, { name: 'a' }, {}));
    await vi.advanceTimersByTimeAsync(30_000);
    await timedOut;
    expect(messenger.filters).toEqual([]);
    const got = requests.call(GET, { name: 'a' }, {});
    await settle();
    answer(1);
    await got;
  });

  it('keeps at most eight operations subscribed to, and none that is in use is dropped', async () => {
    const waiting = requests.call(GET, { name: 'busy' }, {});
    await settle();
    const busy = last();
    for (let number = 0; number < 12; number++) {
      const got = requests.call(GET, { name: `n${number}` }, {});
      await settle();
      answer(number);
      await got;
    }
    expect(messenger.filters).toHaveLength(16);
    answer('at last', busy);
    expect(await waiting).toMatchObject({ value: 'at last' });
  });

  it('rejects when the service is closed', async () => {
    const got = errorOf(requests.call(GET, { name: 'a' }, {}));
    const early = errorOf(requests.call(CREATE, {}, {}));
    await settle();
    requests.close();
    expect((await got)['code']).toBe('CLOSED');
    expect((await early)['code']).toBe('CLOSED');
    await settle();
    expect(messenger.filters).toEqual([]);
  });
});
