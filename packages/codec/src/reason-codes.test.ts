import { describe, expect, it } from 'vitest';
import { REASON_CODES, type ReasonHost, isError, reasonCodeSenders, reasonName } from './reason-codes.ts';
import { CLIENT, EITHER, NOBODY, SERVER } from './sender.ts';

/** The codes of each packet, as its section of the standard lists them. */
const BY_PACKET: { readonly [Host in Exclude<ReasonHost, 'disconnect'>]: readonly number[] } = {
  connack: [
    0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b,
    0x9c, 0x9d, 0x9f,
  ],
  puback: [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
  pubrec: [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
  pubrel: [0x00, 0x92],
  pubcomp: [0x00, 0x92],
  suback: [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2],
  unsuback: [0x00, 0x11, 0x80, 0x83, 0x87, 0x8f, 0x91],
  auth: [0x00, 0x18, 0x19],
};

/** Table 3-10: who may put what in DISCONNECT. */
const DISCONNECT = {
  client: [0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99],
  server: [
    0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
    0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2,
  ],
};

const ALL = Array.from({ length: 256 }, (_, code) => code);

describe('the table of reason codes', () => {
  it.each(Object.entries(BY_PACKET) as [ReasonHost, number[]][])(
    'gives %s those that the standard gives it',
    (host, codes) => {
      expect(ALL.filter((code) => reasonCodeSenders(code, host, 5) !== NOBODY)).toEqual(codes);
    },
  );

  it('gives DISCONNECT those of a client and those of a server [MQTT-3.14.2-1]', () => {
    expect(ALL.filter((code) => (reasonCodeSenders(code, 'disconnect', 5) & CLIENT) !== 0)).toEqual(DISCONNECT.client);
    expect(ALL.filter((code) => (reasonCodeSenders(code, 'disconnect', 5) & SERVER) !== 0)).toEqual(DISCONNECT.server);
  });

  it('knows which side may authenticate how [MQTT-3.15.2-1] [MQTT-4.12.0-2]', () => {
    expect([0x00, 0x18, 0x19].map((code) => reasonCodeSenders(code, 'auth', 5))).toEqual([SERVER, EITHER, CLIENT]);
  });

  it('has one name for each code in each packet', () => {
    const keys = REASON_CODES.flatMap((row) => Object.keys(row.in).map((host) => `${row.code} ${host}`));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('has other codes in 3.1.1', () => {
    const known = (host: ReasonHost) => ALL.filter((code) => reasonCodeSenders(code, host, 4) !== NOBODY);
    expect(known('connack')).toEqual([0, 1, 2, 3, 4, 5]);
    expect(known('suback')).toEqual([0, 1, 2, 0x80]);
    expect(known('unsuback')).toEqual([]);
    for (const host of ['puback', 'pubrec', 'pubrel', 'pubcomp', 'disconnect'] as const)
      expect(known(host)).toEqual([0]);
  });
});

describe('reasonName', () => {
  it.each([
    [0x00, 'connack', 'Success'],
    [0x00, 'puback', 'Success'],
    [0x00, 'disconnect', 'Normal disconnection'],
    [0x00, 'suback', 'Granted QoS 0'],
    [0x02, 'suback', 'Granted QoS 2'],
    [0x04, 'disconnect', 'Disconnect with Will Message'],
    [0x10, 'pubrec', 'No matching subscribers'],
    [0x11, 'unsuback', 'No subscription existed'],
    [0x87, 'suback', 'Not authorized'],
    [0xa2, 'disconnect', 'Wildcard Subscriptions not supported'],
  ] as const)('of %i in %s is %s', (code, type, name) => {
    expect(reasonName(code, type)).toBe(name);
  });

  it('of an error is known also where the standard does not have it', () => {
    expect(reasonName(0x8c, 'disconnect')).toBe('Bad authentication method');
    expect(reasonName(0x95, 'publish')).toBe('Packet too large');
    expect(reasonName(0x87, 'suback', 4)).toBe('Not authorized');
  });

  it('of a code that does not exist is its number', () => {
    expect(reasonName(0xff, 'connack')).toBe('Unknown reason code 0xff');
    expect(reasonName(0x01, 'connack')).toBe('Unknown reason code 0x1');
    expect(reasonName(0x06, 'connack', 4)).toBe('Unknown reason code 0x6');
  });

  it.each([
    [0, 'Success'],
    [1, 'Unsupported Protocol Version'],
    [2, 'Client Identifier not valid'],
    [3, 'Server unavailable'],
    [4, 'Bad User Name or Password'],
    [5, 'Not authorized'],
  ])('of return code %i of 3.1.1 is that of its equal in 5.0: %s', (code, name) => {
    expect(reasonName(code, 'connack', 4)).toBe(name);
  });
});

it('isError begins at 0x80 [SEC-2.4-a]', () => {
  for (const code of ALL) expect(isError(code)).toBe(code >= 0x80);
});
