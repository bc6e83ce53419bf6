import type { AuthPacket, PropertiesOf } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import type { Authentication, AuthenticationExchange } from './authentication.ts';
import type { MqttError } from './errors.ts';
import { createPair } from '@mqtide/testkit';
import { type SetUp, errorOf, reconnected, setUp, summary, watch } from './testing/set-up.test-helpers.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

const auth = (reasonCode: number, data?: string): AuthPacket => ({
  type: 'auth',
  reasonCode,
  properties: { authenticationMethod: 'M', ...(data !== undefined && { authenticationData: utf8(data) }) },
});
const accepted = (data?: string): { properties: PropertiesOf<'connack'> } => ({
  properties: { authenticationMethod: 'M', ...(data !== undefined && { authenticationData: utf8(data) }) },
});

interface Recorded extends Authentication {
  readonly calls: string[];
}

/** A mechanism that counts its exchanges and answers with what it heard. */
function mechanism(overrides: Partial<AuthenticationExchange> = {}, more: Partial<Authentication> = {}): Recorded {
  const calls: string[] = [];
  let exchanges = 0;
  return {
    calls,
    method: 'M',
    begin() {
      exchanges += 1;
      const number = exchanges;
      calls.push(`begin ${number}`);
      return {
        initialData: utf8(`first ${number}`),
        respond(data) {
          calls.push(`respond ${number} ${text(data)}`);
          return utf8(`answer to ${text(data)}`);
        },
        verify(data) {
          calls.push(`verify ${number} ${text(data)}`);
        },
        ...overrides,
      };
    },
    ...more,
  };
}

const failing = (): never => {
  throw new RangeError('not today');
};

async function greeted(made: SetUp) {
  const started = watch(made.client.start());
  const server = await made.broker.nextConnection();
  server.wire.accept();
  const connect = await server.expectPacket('connect');
  return { server, connect, started };
}

/** A connection on which the exchange was the shortest. */
async function authenticated(authentication: Authentication) {
  const made = setUp({ authentication });
  const { server, started } = await greeted(made);
  server.send({ type: 'connack', sessionPresent: false, reasonCode: 0, ...accepted() });
  await made.clock.settle();
  expect(started.status).toBe('resolved');
  return { ...made, server };
}

describe('a mechanism', () => {
  it('speaks with the server before the client is connected', async () => {
    const authentication = mechanism();
    const made = setUp({ authentication });
    const { server, connect, started } = await greeted(made);
    expect(text(connect.properties?.authenticationData)).toBe('first 1');
    server.send(auth(0x18, 'one'));
    const answer = await server.expectPacket('auth', { reasonCode: 0x18 });
    expect(text(answer.properties?.authenticationData)).toBe('answer to one');
    expect(started.status).toBe('pending');
    server.send({ type: 'connack', sessionPresent: false, reasonCode: 0, ...accepted('proof') });
    await made.clock.settle();
    expect(started.status).toBe('resolved');
    expect(authentication.calls).toEqual(['begin 1', 'respond 1 one', 'verify 1 proof']);
    server.close();
    await reconnected(made, accepted());
    expect(authentication.calls.slice(3)).toEqual(['begin 2', 'verify 2 ']);
  });

  it('may be asynchronous, leave out what it has no use for, and say nothing', async () => {
    const respond = async (): Promise<undefined> => undefined;
    const made = setUp({ authentication: { method: 'M', begin: async () => ({ respond }) } });
    const { server, connect, started } = await greeted(made);
    expect(connect.properties?.authenticationData).toBeUndefined();
    server.send(auth(0x18));
    expect((await server.expectPacket('auth')).properties?.authenticationData).toBeUndefined();
    server.send({ type: 'connack', sessionPresent: false, reasonCode: 0, ...accepted() });
    await made.clock.settle();
    expect(started.status).toBe('resolved');
  });

  it.each([
    ['throws as it begins', { begin: failing }],
    ['rejects as it begins', { begin: () => Promise.reject(new RangeError('not today')) }],
    ['throws as it responds', mechanism({ respond: failing })],
    ['rejects as it responds', mechanism({ respond: () => Promise.reject(new RangeError('not today')) })],
    ['throws as it verifies', mechanism({ verify: failing })],
    ['rejects as it verifies', mechanism({ verify: () => Promise.reject(new RangeError('not today')) })],
  ])('that %s fails the start for good, with its error as the cause', async (_, authentication) => {
    const made = setUp({ authentication: { method: 'M', ...authentication } });
    const started = errorOf(made.client.start());
    await made.clock.settle();
    if (made.transport.connections.length > 0) {
      const server = await made.broker.nextConnection();
      server.wire.accept();
      await server.expectPacket('connect');
      server.send(auth(0x18, 'one'));
      await made.clock.settle();
      if (server.wire.state === 'open')
        server.send({ type: 'connack', sessionPresent: false, reasonCode: 0, ...accepted() });
    }
    const error = await started;
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', retryable: false });
    expect(error.cause).toBeInstanceOf(RangeError);
    expect(made.client.state.status).toBe('failed');
    expect(made.unhandled).toEqual([]);
  });

  it('that answers with something else than bytes fails', async () => {
    const made = setUp({ authentication: mechanism({ respond: () => 'text' as never }) });
    const { server, started } = await greeted(made);
    server.send(auth(0x18, 'one'));
    await made.clock.settle();
    expect(started.code).toBe('AUTHENTICATION_FAILED');
  });

  it('that can get other credentials is asked again after a failure', async () => {
    let begun = 0;
    const authentication = mechanism({}, { isRenewable: true });
    const made = setUp({
      authentication: {
        ...authentication,
        begin: () => {
          begun += 1;
          return begun === 1 ? failing() : authentication.begin();
        },
      },
    });
    const started = watch(made.client.start());
    await made.clock.settle();
    expect(summary(made.heard)).toEqual(['connectionFailure AUTHENTICATION_FAILED']);
    await reconnected(made, accepted());
    expect(started.status).toBe('resolved');
  });

  it('whose answer comes after the attempt was given up does not disturb the next one', async () => {
    const answers: ((data: Uint8Array) => void)[] = [];
    const made = setUp({
      reconnect: { jitter: 'none' },
      authentication: mechanism({ respond: () => new Promise((resolve) => answers.push(resolve)) }),
    });
    const { server } = await greeted(made);
    server.send(auth(0x18, 'one'));
    await made.clock.advance(16_000);
    const next = await made.broker.nextConnection();
    next.wire.accept();
    await next.expectPacket('connect');
    answers[0]?.(utf8('late'));
    await next.expectNothing();
    next.send(auth(0x18, 'two'));
    await made.clock.settle();
    answers[1]?.(utf8('in time'));
    expect(text((await next.expectPacket('auth')).properties?.authenticationData)).toBe('in time');
  });

  it("makes 'auto' speak 5 alone, since 3.1.1 would leave it out", async () => {
    const made = setUp({ protocolVersion: 'auto', authentication: mechanism() });
    const { server, started } = await greeted(made);
    server.send({ type: 'connack', sessionPresent: false, reasonCode: 0x84 });
    await made.clock.settle();
    expect(started.code).toBe('CONNACK_REFUSED');
    await made.broker.expectNoConnection();
  });

  it('is refused with 3.1.1, which has none', () => {
    expect(() => setUp({ protocolVersion: 4, authentication: mechanism() })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('`authentication`') }),
    );
  });
});

describe('reauthenticate', () => {
  it('resolves when server and mechanism are content, while messages go on', async () => {
    const authentication = mechanism();
    const { client, server, clock } = await authenticated(authentication);
    const renewed = watch(client.reauthenticate());
    expect(text((await server.expectPacket('auth', { reasonCode: 0x19 })).properties?.authenticationData)).toBe(
      'first 2',
    );
    const published = watch(client.publish('a', 'b', { qos: 1 }));
    const { packetId } = await server.expectPacket('publish');
    server.send({ type: 'puback', packetId: packetId as number, reasonCode: 0 }, auth(0x18, 'more'));
    await server.expectPacket('auth', { reasonCode: 0x18 });
    expect(published.status).toBe('resolved');
    expect(renewed.status).toBe('pending');
    server.send(auth(0, 'proof'));
    await clock.settle();
    expect(renewed).toMatchObject({ status: 'resolved', value: undefined });
    expect(authentication.calls.slice(-3)).toEqual(['begin 2', 'respond 2 more', 'verify 2 proof']);
  });

  it('rejects on a client that has no mechanism, or no connection, or is at it already', async () => {
    expect(await errorOf(setUp().client.reauthenticate())).toMatchObject({ code: 'INVALID_STATE' });
    const { client, server } = await authenticated(mechanism());
    void client.reauthenticate().catch(() => {});
    expect(await errorOf(client.reauthenticate())).toMatchObject({ code: 'INVALID_STATE' });
    expect(await errorOf(client.reauthenticate({ timeoutMs: -1 }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    await server.expectPacket('auth');
    await server.expectNothing();
  });

  it('rejects with the reason of the signal; the exchange goes on', async () => {
    const { client, server } = await authenticated(mechanism());
    const controller = new AbortController();
    const renewed = watch(client.reauthenticate({ signal: controller.signal }));
    await server.expectPacket('auth');
    controller.abort('enough');
    await server.expectNothing();
    expect(renewed.error).toBe('enough');
    expect(client.state.status).toBe('connected');
  });

  it('rejects with what the server said as it closed', async () => {
    const { client, server } = await authenticated(mechanism());
    const renewed = errorOf(client.reauthenticate());
    await server.expectPacket('auth');
    server.send({ type: 'disconnect', reasonCode: 0x87 });
    expect(await renewed).toMatchObject({ code: 'SERVER_DISCONNECTED', reasonCode: 0x87 });
  });
});

describe('against a broker that authenticates', () => {
  it('connects, and does so again', async () => {
    const pair = createPair({
      broker: {
        authenticate: ({ round, data, isReauthentication }) => {
          if (round === 0) return { next: 'continue', data: utf8(isReauthentication ? 'again' : 'who') };
          return text(data) === `answer to ${isReauthentication ? 'again' : 'who'}`
            ? { next: 'success', data: utf8('welcome') }
            : { next: 'refuse', reasonCode: 0x87 };
        },
      },
    });
    const authentication = mechanism();
    const client = pair.createClient({ authentication });
    await client.start();
    await client.reauthenticate();
    expect(authentication.calls).toEqual([
      'begin 1',
      'respond 1 who',
      'verify 1 welcome',
      'begin 2',
      'respond 2 again',
      'verify 2 welcome',
    ]);
    const wrong = pair.createClient({ authentication: mechanism({ respond: () => utf8('nobody') }) });
    const error: MqttError = await errorOf(wrong.start());
    expect(error).toMatchObject({ code: 'CONNACK_REFUSED', reasonCode: 0x87 });
    expect(pair.broker.violations).toEqual([]);
  });
});
