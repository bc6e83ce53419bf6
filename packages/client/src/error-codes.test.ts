import { describe, expect, it } from 'vitest';
import type { MqttError } from './errors.ts';
import { resolveOptions } from './resolve-options.ts';
import { type Story, accept, failedAttempt, failedConnection } from './testing/error-stories.test-helpers.ts';
import { connected, errorOf, reconnected, setUp } from './testing/set-up.test-helpers.ts';
import { confirm, grant } from './testing/subscriptions.test-helpers.ts';

const STORIES: Readonly<Record<string, Story>> = {
  'a wrong URL': {
    code: 'INVALID_ARGUMENT',
    retryable: false,
    hint: false,
    tell: () => errorOf((async () => resolveOptions({ url: 'broker' }))()),
  },
  'a URL function that throws': {
    code: 'URL_FAILED',
    retryable: true,
    tell: () => failedAttempt(() => {}, { url: () => Promise.reject(new Error('no signature')) }),
  },
  'a URL that the platform refuses': {
    code: 'URL_FAILED',
    retryable: false,
    tell: async () => {
      const made = setUp();
      made.transport.connect = () => {
        throw new DOMException('insecure', 'SecurityError');
      };
      return errorOf(made.client.start());
    },
  },
  'a credentials function that throws': {
    code: 'CREDENTIALS_FAILED',
    retryable: true,
    tell: () => failedAttempt(() => {}, { credentials: () => Promise.reject(new Error('no token')) }),
  },
  'an unreachable host': {
    code: 'SOCKET_OPEN_FAILED',
    retryable: true,
    tell: () => failedAttempt(async ({ broker }) => (await broker.nextConnection()).wire.refuse()),
  },
  'a WebSocket server that is no broker': {
    code: 'SUBPROTOCOL_REFUSED',
    retryable: true,
    tell: () => failedAttempt(async ({ broker }) => (await broker.nextConnection()).wire.refuseSubprotocol()),
  },
  'a host that does not answer': {
    code: 'CONNECT_TIMEOUT',
    retryable: true,
    tell: () => failedAttempt(({ clock }) => clock.advance(15_000)),
  },
  'a broker that accepts and never answers': {
    code: 'CONNECT_TIMEOUT',
    retryable: true,
    tell: () => failedAttempt(async (made) => (await accept(made), made.clock.advance(15_000))),
  },
  'a broker that hangs up instead of answering': {
    code: 'SOCKET_CLOSED',
    retryable: true,
    tell: () => failedAttempt(async (made) => (await accept(made)).close()),
  },
  'a refused CONNACK': {
    code: 'CONNACK_REFUSED',
    retryable: false,
    tell: () => failedAttempt(async (made) => (await accept(made)).acceptClient({ reasonCode: 0x87 })),
  },
  'a refused CONNACK that passes': {
    code: 'CONNACK_REFUSED',
    retryable: true,
    tell: () => failedAttempt(async (made) => (await accept(made)).acceptClient({ reasonCode: 0x88 })),
  },
  'a refused CONNACK of 3.1.1': {
    code: 'CONNACK_REFUSED',
    retryable: false,
    tell: () =>
      failedAttempt(async (made) => (await accept(made)).acceptClient({ reasonCode: 2 }), { protocolVersion: 4 }),
  },
  'bytes that are no MQTT, instead of a CONNACK': {
    code: 'MALFORMED_PACKET',
    retryable: true,
    tell: () => failedAttempt(async (made) => (await accept(made)).sendBytes('48 54 54 50')),
  },
  'bytes that are no MQTT': {
    code: 'MALFORMED_PACKET',
    retryable: true,
    tell: () => failedConnection(({ server }) => server.sendBytes('ff ff ff ff ff')),
  },
  'a text frame': {
    code: 'MALFORMED_PACKET',
    retryable: true,
    tell: () => failedConnection(({ server }) => server.wire.deliverText()),
  },
  'a packet above `limits.maximumPacketSize`': {
    code: 'PACKET_TOO_LARGE',
    retryable: true,
    tell: () => failedConnection(({ server }) => server.sendBytes('30 ff ff ff 7f')),
  },
  'a packet that does not belong there': {
    code: 'PROTOCOL_ERROR',
    retryable: true,
    hint: false,
    tell: () =>
      failedConnection(({ server }) => server.send({ type: 'connack', sessionPresent: false, reasonCode: 0 })),
  },
  'a lost connection': {
    code: 'SOCKET_CLOSED',
    retryable: true,
    hint: false,
    tell: () => failedConnection(({ server }) => server.close()),
  },
  'a DISCONNECT': {
    code: 'SERVER_DISCONNECTED',
    retryable: true,
    tell: () => failedConnection(({ server }) => server.send({ type: 'disconnect', reasonCode: 0x8b })),
  },
  'a client with the same identifier': {
    code: 'SESSION_TAKEN_OVER',
    retryable: false,
    tell: () => failedConnection(({ server }) => server.send({ type: 'disconnect', reasonCode: 0x8e })),
  },
  'a PINGREQ without an answer': {
    code: 'KEEPALIVE_TIMEOUT',
    retryable: true,
    hint: false,
    tell: () => failedConnection(({ clock }) => clock.advance(40_000)),
  },
  'a session that the server lost with a QoS 2 message': {
    code: 'SESSION_LOST',
    retryable: true,
    tell: async () => {
      const made = await connected();
      const lost = errorOf(made.client.publish('a', 'x', { qos: 2 }));
      await made.server.expectPacket('publish');
      made.server.close();
      await reconnected(made, { sessionPresent: false });
      return lost;
    },
  },
  'no acknowledgement': {
    code: 'ACK_TIMEOUT',
    retryable: true,
    tell: async () => {
      const { client, clock } = await connected({ keepAliveSeconds: 0 });
      const unanswered = errorOf(client.publish('a', 'x', { qos: 1 }));
      await clock.advance(60_000);
      return unanswered;
    },
  },
  'a refused message': {
    code: 'PUBLISH_REFUSED',
    retryable: false,
    tell: async () => {
      const { client, server } = await connected();
      const refused = errorOf(client.publish('a', 'x', { qos: 1 }));
      server.send({ type: 'puback', packetId: (await server.expectPacket('publish')).packetId ?? 0, reasonCode: 0x87 });
      return refused;
    },
  },
  'a refused subscription': {
    code: 'SUBSCRIBE_REFUSED',
    retryable: false,
    tell: async () => {
      const { client, server } = await connected();
      const refused = errorOf(client.subscribe('a'));
      await grant(server, [0x87]);
      return refused;
    },
  },
  'a refused end of a subscription': {
    code: 'UNSUBSCRIBE_REFUSED',
    retryable: false,
    tell: async () => {
      const { client, server } = await connected();
      const subscribed = client.subscribe('a');
      await grant(server);
      const refused = errorOf((await subscribed).unsubscribe());
      await confirm(server, 0x87);
      return refused;
    },
  },
  'what the server does not support': {
    code: 'UNSUPPORTED_BY_SERVER',
    retryable: false,
    tell: async () => {
      const { client } = await connected({}, { properties: { retainAvailable: false } });
      return errorOf(client.publish('a', 'x', { retain: true }));
    },
  },
  'a message above what the server takes': {
    code: 'PACKET_TOO_LARGE',
    retryable: false,
    tell: async () => {
      const { client } = await connected({}, { properties: { maximumPacketSize: 20 } });
      return errorOf(client.publish('a', 'x'.repeat(20)));
    },
  },
  'a mechanism that gives up': {
    code: 'AUTHENTICATION_FAILED',
    retryable: false,
    tell: async () => {
      const begin = () => Promise.reject(new Error('no token'));
      return errorOf(setUp({ authentication: { method: 'M', begin } }).client.start());
    },
  },
  'a call that does not fit': {
    code: 'INVALID_STATE',
    retryable: false,
    hint: false,
    tell: () => errorOf(setUp().client.reauthenticate()),
  },
  'a queue that is full': {
    code: 'QUEUE_FULL',
    retryable: true,
    tell: () => errorOf(setUp({ offlineQueue: { maxOperations: 0 } }).client.publish('a', 'x', { qos: 1 })),
  },
  'QoS 0 without a connection': {
    code: 'OFFLINE',
    retryable: true,
    tell: () => errorOf(setUp().client.publish('a', 'x')),
  },
  'a message that waited too long': {
    code: 'EXPIRED',
    retryable: true,
    tell: async () => {
      const { client, clock } = setUp();
      void client.start();
      const expired = errorOf(client.publish('a', 'x', { qos: 1 }));
      await clock.advance(300_000);
      return expired;
    },
  },
  'a client that was stopped': {
    code: 'STOPPED',
    retryable: false,
    tell: async () => {
      const { client } = setUp();
      const stopped = errorOf(client.start());
      await client.stop();
      return stopped;
    },
  },
};

describe('one typed error, which says what to try', () => {
  it.each(Object.entries(STORIES))('for %s', async (_, { code, retryable, hint, tell }) => {
    const error = (await tell()) as MqttError;
    expect(error).toBeInstanceOf(Error);
    expect({ code: error.code, retryable: error.retryable }).toEqual({ code, retryable });
    expect(error.message.length).toBeGreaterThan(10);
    expect(error.name).toBe('MqttError');
    if (hint === undefined) expect(error.hint).toMatch(/\S/);
    if (error.reasonCode !== undefined) expect(error.reasonName).toMatch(/\S/);
  });

  it('for each code that can be raised yet', () => {
    const codes = new Set(Object.values(STORIES).map(({ code }) => code));
    expect(codes.size).toBe(26);
  });
});
