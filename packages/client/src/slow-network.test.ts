import { encode } from '@mqtide/codec';
import { expect, it } from 'vitest';
import { createClientWith } from './internal.ts';
import type { TransportListener } from './io/transport.ts';
import { connected, setUp, summary } from './testing/set-up.test-helpers.ts';

const SECOND = 1_000;
const CONNACK = Uint8Array.of(0x20, 3, 0, 0, 0);
const bytes = encode(
  { type: 'publish', topic: 'a', payload: new Uint8Array(100), qos: 0, retain: false, duplicate: false },
  5,
);

it('a packet that takes minutes to arrive is no dead connection, although PINGRESP waits behind it', async () => {
  const { client, clock, server, heard } = await connected();
  const lengths: number[] = [];
  client.on('messageReceived', ({ message }) => lengths.push(message.payload.byteLength));
  for (const byte of bytes) {
    server.sendBytes(byte.toString(16).padStart(2, '0'));
    await clock.advance(3 * SECOND);
  }
  expect(lengths).toEqual([100]);
  expect(summary(heard)).toEqual(['attemptingConnect', 'connectionSuccess']);
});

it('a packet that stops arriving is', async () => {
  const { clock, server, heard } = await connected({ reconnect: false });
  server.sendBytes('30 7f 00 01');
  await clock.advance(60 * SECOND);
  expect(summary(heard).at(-1)).toBe('disconnection KEEPALIVE_TIMEOUT');
});

it('nor is a packet that takes minutes to be sent, while less and less of it waits', async () => {
  const { clock } = setUp();
  const socket = { bufferedBytes: 0, send: () => {}, close: () => {} };
  let listener: TransportListener | undefined;
  const transport = {
    connect(_url: string, heard: TransportListener) {
      listener = heard;
      return socket;
    },
  };
  const client = createClientWith({ url: 'ws://broker.test', reconnect: false }, { transport, clock });
  const started = client.start();
  await clock.settle();
  listener?.onOpen();
  listener?.onData(CONNACK);
  await started;
  for (socket.bufferedBytes = 300_000; socket.bufferedBytes > 0; socket.bufferedBytes -= 1_000)
    await clock.advance(SECOND);
  expect(client.state.status).toBe('connected');
  await clock.advance(60 * SECOND);
  expect(client.state).toMatchObject({ status: 'failed', error: { code: 'KEEPALIVE_TIMEOUT' } });
});
