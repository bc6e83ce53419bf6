import type { Message, NegotiatedSettings } from '@mqtide/client';
import { describe, expect, it } from 'vitest';
import { Connection } from './connection.ts';
import { FakeClient, mqttError } from './testing/fake-client.test-helpers.ts';

const OPTIONS = { url: 'ws://broker.example/' };
const SETTINGS = { protocolVersion: 5, clientId: 'c1' } as NegotiatedSettings;

function setUp() {
  const clients: FakeClient[] = [];
  const connection = new Connection((options) => {
    const made = new FakeClient(options);
    clients.push(made);
    return made.client;
  });
  let changes = 0;
  connection.onChange(() => changes++);
  return { connection, clients, changes: () => changes };
}

/** With a client that has started. */
function connecting() {
  const all = setUp();
  all.connection.connect(OPTIONS);
  return { ...all, client: all.clients[0] as FakeClient };
}

describe('a connection', () => {
  it('has no client before somebody connects', () => {
    const { connection } = setUp();
    expect(connection.client).toBeUndefined();
    expect(connection.snapshot).toEqual({ status: 'idle', attempt: 0, hadConnection: false });
  });

  it('makes one client at a time', () => {
    const { connection, clients } = connecting();
    connection.connect(OPTIONS);
    expect(clients).toHaveLength(1);
  });

  it('makes a new client when the last is done', () => {
    const { connection, clients, client } = connecting();
    connection.disconnect();
    client.becomes({ status: 'stopped' }, 'stopped');
    connection.connect(OPTIONS);
    expect([clients.length, client.stops]).toEqual([2, 1]);
  });

  it('counts attempts, and says why the last one failed', () => {
    const { connection, client } = connecting();
    client.becomes({ status: 'connecting', attempt: 2 }, 'attemptingConnect');
    expect(connection.snapshot.attempt).toBe(2);
    const error = mqttError('X') as never;
    client.becomes({ status: 'waiting', attempt: 3, nextAttemptAt: 9, error }, 'connectionFailure');
    expect(connection.snapshot).toEqual({
      status: 'waiting',
      attempt: 2,
      hadConnection: false,
      nextAttemptAt: 9,
      problem: { code: 'X', message: 'message of X' },
    });
  });

  it('tells a lost connection from a failed attempt', () => {
    const { connection, client } = connecting();
    client.becomes({ status: 'waiting' }, 'disconnection');
    expect(connection.snapshot.hadConnection).toBe(true);
    client.becomes({ status: 'waiting' }, 'connectionFailure');
    expect(connection.snapshot.hadConnection).toBe(false);
  });

  it('hands over each client once, when it is connected for the first time', () => {
    const { connection, client } = connecting();
    let handed = 0;
    connection.onConnected = () => handed++;
    client.becomes({ status: 'connected', settings: SETTINGS }, 'connectionSuccess');
    client.becomes({ status: 'waiting' }, 'disconnection');
    client.becomes({ status: 'connected', settings: SETTINGS }, 'connectionSuccess');
    expect([handed, connection.snapshot.settings]).toEqual([1, SETTINGS]);
  });

  it('hands over messages', () => {
    const { connection, client } = connecting();
    const got: Message[] = [];
    connection.onMessage = (message) => got.push(message);
    const message = { topic: 'a' } as Message;
    client.becomes({ status: 'connected' }, 'messageReceived', { message });
    expect(got).toEqual([message]);
  });

  it('tells of every change, and of none of a client that was replaced', () => {
    const { connection, client, changes } = connecting();
    const before = changes();
    client.becomes({ status: 'failed' }, 'connectionFailure');
    expect(changes()).toBe(before + 1);
    connection.connect(OPTIONS);
    const after = changes();
    client.becomes({ status: 'stopped' }, 'stopped');
    expect(changes()).toBe(after);
  });

  it('throws what is wrong with the options, and stays as it was', () => {
    const connection = new Connection(() => {
      throw mqttError('INVALID_ARGUMENT');
    });
    expect(() => connection.connect(OPTIONS)).toThrow('message of INVALID_ARGUMENT');
    expect(connection.snapshot.status).toBe('idle');
  });
});
