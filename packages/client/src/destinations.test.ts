import type { ScriptedConnection } from '@mqtide/testkit';
import { describe, expect, it } from 'vitest';
import type { AttemptContext, ClientOptions } from './options.ts';
import { type SetUp, setUp, URL_OF_BROKER, watch } from './testing/set-up.test-helpers.ts';

/** What callers without types return. */
const untyped = (value: unknown): never => value as never;

/** Lets attempts fail, each at the WebSocket. */
async function failAttempts({ clock, broker }: SetUp, times: number): Promise<void> {
  for (let failed = 0; failed < times; failed++) {
    (await broker.nextConnection()).wire.refuse();
    await clock.settle();
    await clock.advanceToNextWake();
  }
}

describe.each(['url', 'credentials'] as const)('a `%s` function', (option) => {
  const value = option === 'url' ? URL_OF_BROKER : {};
  const code = option === 'url' ? 'URL_FAILED' : 'CREDENTIALS_FAILED';

  type Answer = (context: AttemptContext) => unknown;
  const starting = (answer: Answer, options: Partial<ClientOptions> = {}): SetUp => {
    const made = setUp({ reconnect: { jitter: 'none' }, ...options, [option]: answer });
    void made.client.start();
    return made;
  };

  it('is asked on every attempt, with its number and what went wrong before', async () => {
    const asked: AttemptContext[] = [];
    const made = starting((context) => {
      asked.push(context);
      return value;
    });
    await failAttempts(made, 2);
    const server = await made.broker.nextConnection();
    await server.acceptClient();
    await made.clock.settle();
    server.close();
    await made.clock.settle();
    await made.clock.advanceToNextWake();
    expect(asked.map(({ attempt, lastError }) => [attempt, lastError?.code])).toEqual([
      [1, undefined],
      [2, 'SOCKET_OPEN_FAILED'],
      [3, 'SOCKET_OPEN_FAILED'],
      [1, 'SOCKET_CLOSED'],
    ]);
    expect(new Set(asked.map(({ signal }) => signal)).size).toBe(4);
  });

  it('is not asked before start, and not again while the connection lasts', async () => {
    let times = 0;
    const answer = (): unknown => {
      times += 1;
      return value;
    };
    const made = setUp({ [option]: answer });
    await made.clock.advance(3_600_000);
    expect(times).toBe(0);
    void made.client.start();
    await (await made.broker.nextConnection()).acceptClient();
    await made.clock.settle();
    expect(times).toBe(1);
  });

  it('may answer later', async () => {
    let answerNow: (answer: unknown) => void = () => {};
    const made = starting(() => new Promise((resolve) => (answerNow = resolve)));
    await made.clock.advance(5_000);
    await made.broker.expectNoConnection();
    answerNow(value);
    await made.broker.nextConnection();
  });

  const failure = new Error('no token');
  const garbage: [string, Answer][] =
    option === 'url'
      ? [
          ['returns nothing', () => undefined],
          ['returns a number', () => 7],
          ['returns what is no URL', () => 'broker.test/mqtt'],
          ['returns a URL for pages', () => 'https://broker.test'],
        ]
      : [
          ['returns nothing', () => undefined],
          ['returns null', () => null],
          ['returns a user name that is no text', () => ({ username: 7 })],
          ['returns a password that is neither text nor bytes', () => ({ username: 'u', password: 7 })],
          ['returns a user name that cannot be sent', () => ({ username: '\uD800' })],
          ['returns a password over 65,535 bytes', () => ({ username: 'u', password: 'x'.repeat(65_536) })],
        ];

  it.each<[string, Answer]>([
    [
      'throws',
      () => {
        throw failure;
      },
    ],
    ['rejects', () => Promise.reject(failure)],
    ['rejects with nothing', () => Promise.reject(untyped(undefined))],
    ...garbage,
  ])(`that %s fails the attempt with ${code}, and is asked again`, async (_, bad) => {
    let times = 0;
    const made = starting(() => {
      times += 1;
      return times === 1 ? bad(untyped({})) : value;
    });
    await made.clock.settle();
    for (const wire of made.transport.connections) if (wire.state === 'opening') wire.accept();
    await made.clock.settle();
    const { error } = made.client.state;
    expect(made.client.state.status).toBe('waiting');
    expect(error).toMatchObject({ name: 'MqttError', code, retryable: true });
    await made.clock.advanceToNextWake();
    const server = await serverThatIsOpening(made);
    await server.acceptClient();
    await made.clock.settle();
    expect(made.client.state.status).toBe('connected');
  });

  it('has what it threw in the `cause`', async () => {
    const made = starting(() => Promise.reject(failure));
    await made.clock.settle();
    expect(made.client.state.error?.cause).toBe(failure);
  });

  it('that never answers ends in CONNECT_TIMEOUT, with its signal aborted', async () => {
    const signals: AbortSignal[] = [];
    const made = starting(({ signal }) => {
      signals.push(signal);
      return new Promise(() => {});
    });
    await made.clock.advance(14_999);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await made.clock.advance(1);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(made.client.state).toMatchObject({ status: 'waiting', error: { code: 'CONNECT_TIMEOUT' } });
    await made.clock.advanceToNextWake();
    expect(signals).toHaveLength(2);
    await made.broker.expectNoConnection();
  });

  it('that answers too late is not heard: the next attempt has asked anew', async () => {
    const answers: ((answer: unknown) => void)[] = [];
    const made = starting(() => new Promise((resolve) => answers.push(resolve)));
    await made.clock.advance(15_000);
    await made.clock.advanceToNextWake();
    answers[0]?.(value);
    await made.broker.expectNoConnection();
    answers[1]?.(value);
    await made.broker.nextConnection();
    await made.broker.expectNoConnection();
  });

  it('is told when the client is stopped, and the answer is of no interest then', async () => {
    const signals: AbortSignal[] = [];
    let answerNow: (answer: unknown) => void = () => {};
    const made = starting(({ signal }) => {
      signals.push(signal);
      return new Promise((resolve) => (answerNow = resolve));
    });
    await made.clock.settle();
    await made.client.stop();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    answerNow(value);
    await made.broker.expectNoConnection();
    expect([made.client.state.status, made.clock.pendingWakes]).toEqual(['stopped', 0]);
  });

  it('may stop the client, or start another attempt, from within', async () => {
    const made = setUp({
      [option]: () => {
        void made.client.stop();
        return value;
      },
    });
    const started = watch(made.client.start());
    await made.broker.expectNoConnection();
    expect([started.code, made.client.state.status]).toEqual(['STOPPED', 'stopped']);
  });
});

describe('a server that sends the client elsewhere', () => {
  const url = 'wss://user:pass@broker.test:8443/mqtt?token=x';

  it.each([
    ['b.test', 'wss://user:pass@b.test:8443/mqtt?token=x'],
    ['b.test:9001', 'wss://user:pass@b.test:9001/mqtt?token=x'],
    ['b.test:443', 'wss://user:pass@b.test/mqtt?token=x'],
  ])('to %s gets everything of the URL but the host', async (serverReference, expected) => {
    for (const address of [url, () => url]) {
      const { broker, transport, clock, client } = setUp({ url: address, redirect: { allow: ['b.test'] } });
      void client.start();
      await (await broker.nextConnection()).acceptClient({ reasonCode: 0x9c, properties: { serverReference } });
      await clock.advance(0);
      expect(transport.last.url).toBe(expected);
      await client.stop();
    }
  });

  it('may allow names only', () => {
    expect(() => setUp({ redirect: { allow: 'b.test' as never } })).toThrow(/`redirect.allow`/);
    expect(() => setUp({ redirect: { allow: [1 as never] } })).toThrow(/`redirect.allow`/);
    expect(() => setUp({ redirect: {} as never })).toThrow(/`redirect.allow`/);
  });
});

describe('URL and credentials', () => {
  it('are used as they are answered for this attempt', async () => {
    let times = 0;
    const made = setUp({
      url: ({ attempt }) => new URL(`wss://broker${attempt}.test/mqtt?signature=${attempt}#fragment`),
      credentials: async () => ({ username: 'user', password: `token ${++times}` }),
    });
    void made.client.start();
    const first = await made.broker.nextConnection();
    expect(first.wire.url).toBe('wss://broker1.test/mqtt?signature=1');
    first.wire.refuse();
    await made.clock.settle();
    await made.clock.advanceToNextWake();
    const second = await made.broker.nextConnection();
    expect(second.wire.url).toBe('wss://broker2.test/mqtt?signature=2');
    expect(await second.acceptClient()).toMatchObject({
      username: 'user',
      password: new TextEncoder().encode('token 2'),
    });
  });

  it('may be values; a password may be bytes', async () => {
    const made = setUp({ url: new URL(URL_OF_BROKER), credentials: { password: Uint8Array.of(0, 255) } });
    void made.client.start();
    const connect = await (await made.broker.nextConnection()).acceptClient();
    expect(connect.password).toEqual(Uint8Array.of(0, 255));
    expect(connect).not.toHaveProperty('username');
  });

  it('are asked again after a refusal that other credentials may mend; without a function it is fatal', async () => {
    for (const credentials of [() => ({ username: 'fresh' }), { username: 'stale' }]) {
      const made = setUp({ credentials });
      void made.client.start();
      await (await made.broker.nextConnection()).acceptClient({ reasonCode: 0x86 });
      await made.clock.settle();
      const isFunction = typeof credentials === 'function';
      expect(made.client.state.status).toBe(isFunction ? 'waiting' : 'failed');
      expect(made.client.state.error).toMatchObject({ reasonCode: 0x86, retryable: isFunction });
    }
  });
});

/** The newest connection, as the broker sees it; earlier ones may have been left unused. */
async function serverThatIsOpening({ broker, transport }: SetUp): Promise<ScriptedConnection> {
  for (;;) {
    const server = await broker.nextConnection();
    if (server.wire === transport.last) return server;
  }
}
