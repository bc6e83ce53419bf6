import { describe, expect, it } from 'vitest';
import type { Authentication } from './authentication.ts';
import type { ClientEvents, ClientState } from './events.ts';
import type { Logger } from './logger.ts';
import type { ClientOptions } from './options.ts';
import { type SetUp, setUp, watch } from './testing/set-up.test-helpers.ts';

/*
 * Sentinels stand in the places where secrets are: user name and password of the URL, its query, the password and the
 * token. None of them may be found in what the client says, whatever goes wrong. The user name is no secret, and what
 * the application's own function throws is kept as `cause` for it alone.
 */
const SENTINEL = 'SENTINEL';
const secretUrl = `wss://user:${SENTINEL}@broker.test/mqtt/path?X-Amz-Signature=${SENTINEL}&token=${SENTINEL}#${SENTINEL}`;
/** The custom authorizers of AWS IoT Core take a signed query behind the user name. */
const credentials = { username: `user?signature=${SENTINEL}`, password: `${SENTINEL}-password` };

const names = [
  ...['attemptingConnect', 'connectionSuccess', 'connectionFailure', 'disconnection', 'stopped'],
  ...['packet', 'messageReceived', 'warning'],
] as readonly (keyof ClientEvents)[];

const secret = new TextEncoder().encode(SENTINEL);

/** A mechanism whose every step is secret. */
const authentication: Authentication = {
  method: 'TOKEN',
  isRenewable: true,
  begin: () => ({
    initialData: secret,
    respond: () => secret,
    verify: (said) => {
      if (said === undefined) throw new Error('the server did not prove itself');
    },
  }),
};

/** Every text in a value: enumerable or not, in errors, stacks, bytes and nested objects. */
function textsIn(value: unknown, seen = new Set<unknown>(), isOwnCause = false): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  if (value instanceof Uint8Array) return [new TextDecoder().decode(value)];
  const texts = value instanceof Error ? [String(value), value.stack ?? '', JSON.stringify(value)] : [];
  for (const name of Object.getOwnPropertyNames(value)) {
    if (isOwnCause && name === 'cause') continue;
    texts.push(name, ...textsIn((value as Record<string, unknown>)[name], seen, isOwnCause));
  }
  return texts;
}

interface Said extends SetUp {
  readonly all: unknown[];
}

function listening(options: Partial<ClientOptions>): Said {
  const all: unknown[] = [];
  const note = (...said: readonly (ClientEvents[(typeof names)[number]] | ClientState | string)[]): void => {
    all.push(...said);
  };
  const logger = { debug: note, info: note, warn: note, error: note } as Logger;
  const made = setUp({ url: secretUrl, credentials, reconnect: { jitter: 'none' }, logger, ...options });
  for (const name of names)
    made.client.on(name, (event) => {
      note(event);
      note(made.client.state);
    });
  return { ...made, all };
}

const refuseBad = async (made: SetUp, reasonCode: number): Promise<void> => {
  await (await made.broker.nextConnection()).acceptClient({ reasonCode });
};

/** Each ends in an event, or several; `options` replace the secret ones. */
const STORIES: Readonly<Record<string, readonly [(made: Said) => Promise<void>, Partial<ClientOptions>?]>> = {
  'a success and a stop': [
    async ({ broker, client }) => {
      await (await broker.nextConnection()).acceptClient();
      await client.stop();
    },
  ],
  'a WebSocket that cannot be opened': [async ({ broker }) => (await broker.nextConnection()).wire.refuse()],
  'a subprotocol that is refused': [async ({ broker }) => (await broker.nextConnection()).wire.refuseSubprotocol()],
  'a refused CONNACK': [(made) => refuseBad(made, 0x87)],
  'bad credentials': [(made) => refuseBad(made, 0x86)],
  'bad credentials in 3.1.1': [(made) => refuseBad(made, 4), { protocolVersion: 4 }],
  'enhanced authentication': [
    async ({ broker, clock }) => {
      const properties = { authenticationMethod: 'M', authenticationData: secret };
      const server = await broker.nextConnection();
      server.wire.accept();
      await clock.settle();
      server.send({ type: 'auth', reasonCode: 0x18, properties });
      await clock.settle();
      server.send({ type: 'connack', sessionPresent: false, reasonCode: 0, properties });
    },
    { authentication: { method: 'M', begin: () => ({ initialData: new Uint8Array(1), respond: (data) => data }) } },
  ],
  'enhanced authentication that is refused': [
    async ({ broker }) => {
      const properties = { authenticationMethod: 'M', authenticationData: new TextEncoder().encode(SENTINEL) };
      await (await broker.nextConnection()).acceptClient({ reasonCode: 0x87, properties });
    },
    { authentication: { method: 'M', begin: () => ({ respond: (data) => data }) } },
  ],
  'a connect timeout': [async ({ clock }) => clock.advance(15_000)],
  'a server that closes': [
    async ({ broker, clock }) => {
      const server = await broker.nextConnection();
      await server.acceptClient();
      await clock.settle();
      server.close(1011, 'oops');
    },
  ],
  'bytes that are no MQTT': [
    async ({ broker, clock }) => {
      const server = await broker.nextConnection();
      server.wire.accept();
      await clock.settle();
      server.sendBytes('ff ff ff ff ff');
    },
  ],
  'a URL function that throws the URL': [
    async () => {},
    {
      url: () => {
        throw new Error(`cannot sign ${secretUrl}`);
      },
    },
  ],
  'a URL function that returns no URL': [async () => {}, { url: () => `broker.test?token=${SENTINEL}` }],
  'a URL function that returns the URL of a page': [
    async () => {},
    { url: () => `https://user:${SENTINEL}@broker.test/?token=${SENTINEL}` },
  ],
  'a credentials function that throws the password': [
    async () => {},
    { credentials: () => Promise.reject(new Error(`the password is ${SENTINEL}`)) },
  ],
  'credentials that cannot be sent': [
    async ({ broker, clock }) => {
      await clock.settle();
      const server = await broker.nextConnection().catch(() => undefined);
      server?.wire.accept();
    },
    { credentials: () => ({ username: `${SENTINEL}\uD800`, password: SENTINEL }) },
  ],
  'authentication, and once more': [
    async ({ broker, client, clock }) => {
      const server = await broker.nextConnection();
      server.wire.accept();
      await server.expectPacket('connect');
      const properties = { authenticationMethod: 'TOKEN', authenticationData: secret };
      server.send({ type: 'auth', reasonCode: 0x18, properties });
      await server.expectPacket('auth');
      server.send({ type: 'connack', sessionPresent: false, reasonCode: 0, properties });
      await clock.settle();
      const again = watch(client.reauthenticate());
      await server.expectPacket('publish');
      await server.expectPacket('auth');
      server.send({ type: 'auth', reasonCode: 0, properties });
      await clock.settle();
      expect(again.status).toBe('resolved');
    },
    { authentication },
  ],
  'authentication that the server refuses': [
    async ({ broker }) => {
      const server = await broker.nextConnection();
      const properties = { authenticationMethod: 'TOKEN', authenticationData: secret };
      await server.acceptClient({ reasonCode: 0x87, properties });
    },
    { authentication },
  ],
  'authentication in which the server does not prove itself': [
    async ({ broker }) => {
      const server = await broker.nextConnection();
      await server.acceptClient({ properties: { authenticationMethod: 'TOKEN' } });
    },
    { authentication },
  ],
  'a will, a message and a refusal': [
    async ({ broker, clock }) => {
      const server = await broker.nextConnection();
      await server.acceptClient();
      await clock.settle();
      const { packetId = 0 } = await server.expectPacket('publish');
      server.send({ type: 'puback', packetId, reasonCode: 0x87 });
      server.send({ type: 'disconnect', reasonCode: 0x98 });
    },
    { will: { topic: 'gone', payload: 'x' } },
  ],
  'a WebSocket that throws the URL': [async () => {}, { url: `wss://broker.test/refuse?token=${SENTINEL}` }],
};

describe('no secret is told', () => {
  it.each(Object.entries(STORIES))('by %s', async (_, [story, options = {}]) => {
    const made = listening(options);
    const { connect } = made.transport;
    made.transport.connect = (url, listener) => {
      if (url.includes('/refuse')) throw new SyntaxError(`The URL '${url}' is invalid.`);
      return connect.call(made.transport, url, listener);
    };
    const started = watch(made.client.start());
    const published = watch(made.client.publish('a', 'x', { qos: 1 }));
    await story(made);
    await made.clock.settle();
    void made.client.stop();
    await made.clock.advance(10_000);
    const said = [made.all, made.client.state, started.error, published.error, made.unhandled];
    expect(made.all.length).toBeGreaterThan(1);
    // What the application's own function threw is the application's.
    const texts = textsIn(said, new Set(), true);
    expect(texts.length).toBeGreaterThan(10);
    for (const text of texts) expect(text).not.toContain(SENTINEL);
    for (const text of JSON.stringify(said)) expect(text).not.toContain(SENTINEL);
  });

  it('and `attemptingConnect` tells origin and path only', async () => {
    const made = listening({});
    void made.client.start();
    await made.clock.settle();
    expect(made.heard[0]).toEqual({
      name: 'attemptingConnect',
      event: { attempt: 1, url: 'wss://broker.test/mqtt/path' },
    });
    expect(made.transport.last.url).toContain(SENTINEL);
    await made.client.stop();
  });

  it('and the client itself shows nothing', () => {
    const { client } = listening({});
    expect(textsIn(client).join(' ')).not.toContain(SENTINEL);
    expect(JSON.stringify(client)).toBe('{}');
  });
});

describe('a cause', () => {
  it('is that of the application, or none: an error of the platform may quote the URL', async () => {
    const bad: readonly Partial<ClientOptions>[] = [
      { url: () => `broker.test?token=${SENTINEL}` },
      { url: () => `https://broker.test/?token=${SENTINEL}` },
      { credentials: () => ({ username: 'u', password: `${SENTINEL}\uD800`.repeat(10_000) }) },
    ];
    for (const options of bad) {
      const made = listening(options);
      void made.client.start();
      await made.clock.settle();
      expect(made.all.length).toBeGreaterThan(0);
      expect(textsIn(made.all).join(' ')).not.toContain(SENTINEL);
      await made.client.stop();
    }
  });
});
