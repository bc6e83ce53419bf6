import { expect, it } from 'vitest';
import { encode } from './encode.ts';
import type { PublishPacket } from './packet.ts';
import { decode, utf8 } from './testing/bytes.test-helpers.ts';

it('gives payloads of their own from a Node.js Buffer, whose slice() would not copy', () => {
  const published: PublishPacket = {
    type: 'publish',
    topic: 't',
    payload: utf8('x'),
    qos: 0,
    retain: false,
    duplicate: false,
  };
  const chunk = Buffer.from(encode(published, 5));
  const [packet] = decode(chunk, 5) as [PublishPacket];
  chunk.fill(0);
  expect(packet).toStrictEqual(published);
  expect(packet.payload.constructor).toBe(Uint8Array);
  expect(packet.payload.buffer.byteLength).toBe(1);
});

it('writes a Buffer that is given as a payload like any other bytes', () => {
  const payload = Buffer.from('a larger buffer').subarray(2, 8);
  const packet: PublishPacket = { type: 'publish', topic: 't', payload, qos: 0, retain: false, duplicate: false };
  expect(decode(encode(packet, 5), 5)).toMatchObject([{ payload: utf8('larger') }]);
});
