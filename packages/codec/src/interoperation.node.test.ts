/*
 * Beside a codec of other people: what both can say, both write in the same bytes. We did not agree only with ourselves.
 */
import mqttPacket, { type Packet as TheirPacket } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { encode } from './encode.ts';
import type { Packet, ProtocolVersion } from './packet.ts';
import { bytes, decode, toHex, utf8 } from './testing/bytes.test-helpers.ts';

const BOTH: readonly ProtocolVersion[] = [4, 5];

const CASES: readonly (readonly [ours: Packet, theirs: object, versions: readonly ProtocolVersion[]])[] = [
  [
    { type: 'connack', sessionPresent: true, reasonCode: 0 },
    { cmd: 'connack', sessionPresent: true, returnCode: 0, reasonCode: 0 },
    BOTH,
  ],
  [
    { type: 'publish', topic: 'a/é', payload: utf8('text'), qos: 2, retain: true, duplicate: true, packetId: 513 },
    { cmd: 'publish', topic: 'a/é', payload: Buffer.from('text'), qos: 2, retain: true, dup: true, messageId: 513 },
    BOTH,
  ],
  [
    {
      type: 'publish',
      topic: 't',
      payload: utf8('x'),
      qos: 1,
      retain: false,
      duplicate: false,
      packetId: 1,
      properties: {
        payloadFormatIndicator: true,
        messageExpiryInterval: 4_294_967_295,
        topicAlias: 100,
        responseTopic: 'r',
        correlationData: bytes('00 ff'),
        userProperties: [['k', 'v']],
        contentType: 'text/plain',
      },
    },
    {
      cmd: 'publish',
      topic: 't',
      payload: Buffer.from('x'),
      qos: 1,
      retain: false,
      dup: false,
      messageId: 1,
      properties: {
        payloadFormatIndicator: true,
        messageExpiryInterval: 4_294_967_295,
        topicAlias: 100,
        responseTopic: 'r',
        correlationData: Buffer.from([0, 255]),
        userProperties: { k: 'v' },
        contentType: 'text/plain',
      },
    },
    [5],
  ],
  [{ type: 'puback', packetId: 7, reasonCode: 0 }, { cmd: 'puback', messageId: 7 }, [4]],
  [{ type: 'pubrel', packetId: 7, reasonCode: 0 }, { cmd: 'pubrel', messageId: 7 }, [4]],
  [
    {
      type: 'subscribe',
      packetId: 6,
      subscriptions: [{ filter: 'a/+', qos: 1, noLocal: true, retainAsPublished: true, retainHandling: 2 }],
      properties: { subscriptionIdentifier: 145 },
    },
    {
      cmd: 'subscribe',
      messageId: 6,
      subscriptions: [{ topic: 'a/+', qos: 1, nl: true, rap: true, rh: 2 }],
      properties: { subscriptionIdentifier: 145 },
    },
    [5],
  ],
  [
    { type: 'subscribe', packetId: 6, subscriptions: [{ filter: 'a/+', qos: 1 }] },
    { cmd: 'subscribe', messageId: 6, subscriptions: [{ topic: 'a/+', qos: 1 }] },
    [4],
  ],
  [
    { type: 'suback', packetId: 6, reasonCodes: [0, 1, 2, 128] },
    { cmd: 'suback', messageId: 6, granted: [0, 1, 2, 128] },
    BOTH,
  ],
  [
    { type: 'unsubscribe', packetId: 6, filters: ['a', 'b'] },
    { cmd: 'unsubscribe', messageId: 6, unsubscriptions: ['a', 'b'] },
    BOTH,
  ],
  [{ type: 'pingreq' }, { cmd: 'pingreq' }, BOTH],
  [{ type: 'disconnect', reasonCode: 0 }, { cmd: 'disconnect' }, [4]],
  [
    { type: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'm', authenticationData: bytes('01') } },
    { cmd: 'auth', reasonCode: 0x18, properties: { authenticationMethod: 'm', authenticationData: Buffer.from([1]) } },
    [5],
  ],
];

describe('mqtt-packet', () => {
  it.each(CASES.map(([ours, theirs, versions]) => ({ type: ours.type, ours, theirs, versions })))(
    'writes $type in the same bytes, which are read the same, in $versions',
    ({ ours, theirs, versions }) => {
      for (const version of versions) {
        const encoded = mqttPacket.generate(theirs as TheirPacket, { protocolVersion: version });
        expect(toHex(encode(ours, version))).toBe(toHex(encoded));
        expect(decode(encoded, version)).toStrictEqual([ours]);
      }
    },
  );

  it.each(BOTH)('writes a CONNECT of version %i in the same bytes', (protocolVersion) => {
    const ours: Packet = {
      type: 'connect',
      protocolVersion,
      clientId: 'id',
      cleanStart: true,
      keepAliveSeconds: 60,
      will: { topic: 'w', payload: utf8('gone'), qos: 1, retain: true },
      username: 'u',
      password: utf8('p'),
    };
    const encoded = mqttPacket.generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion,
      clientId: 'id',
      clean: true,
      keepalive: 60,
      will: { topic: 'w', payload: Buffer.from('gone'), qos: 1, retain: true },
      username: 'u',
      password: Buffer.from('p'),
    });
    expect(toHex(encode(ours, protocolVersion))).toBe(toHex(encoded));
    expect(decode(encoded, protocolVersion)).toStrictEqual([ours]);
  });
});

it('a payload read from a Node.js Buffer is a Uint8Array that owns its bytes', () => {
  const chunk = Buffer.from(
    encode({ type: 'publish', topic: 't', payload: utf8('x'), qos: 0, retain: false, duplicate: false }, 5),
  );
  const [packet] = decode(chunk, 5);
  chunk.fill(0);
  expect(packet).toMatchObject({ payload: utf8('x') });
  const { payload } = packet as { payload: Uint8Array };
  expect(payload.constructor).toBe(Uint8Array);
  expect(payload.buffer.byteLength).toBe(1);
});
