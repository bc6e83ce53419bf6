/*
 * Packets that may not be on the wire, generated from the tables: reserved flags, from the wrong side, reason codes that
 * do not belong.
 */
import { describe, expect, it } from 'vitest';
import type { ProtocolVersion } from './packet.ts';
import { PACKETS } from './packet-table.ts';
import { REASON_CODES, type ReasonHost } from './reason-codes.ts';
import type { Sender } from './sender.ts';
import { bytes, decode, packetOf, refusal, uint16 } from './testing/bytes.test-helpers.ts';
import { METHOD, withLength } from './testing/hosts.test-helpers.ts';

describe.each(PACKETS)('$type', (spec) => {
  it('has no flags but its own, 0x81 [MQTT-2.1.3-1] [MQTT3-2.2.2-2]', () => {
    for (let flags = 0; flags < 16; flags++) {
      if (spec.flags.includes(flags)) continue;
      for (const version of [4, 5] as const) {
        // The first byte is enough.
        expect(refusal(bytes((spec.number << 4) | flags), version).reasonCode, `flags ${flags}`).toBe(0x81);
      }
    }
  });

  it('comes only from the side that may send it, 0x82 [SEC-2.1.2-a]', () => {
    for (const [sender, bit] of [
      ['client', 1],
      ['server', 2],
    ] as const) {
      if ((spec.from[5] & bit) !== 0) continue;
      const first = bytes((spec.number << 4) | spec.flags[0]);
      expect(refusal(first, { version: 5, sender }).reasonCode, `from the ${sender}`).toBe(0x82);
    }
  });
});

describe('what is never on the wire', () => {
  it('type 0, 0x81 [SEC-2.1.2-a] [SEC3-2.2.1-a]', () => {
    for (const version of [4, 5] as const) expect(refusal(bytes('00'), version).reasonCode).toBe(0x81);
  });

  it('AUTH in 3.1.1, 0x81 [SEC3-2.2.1-a]', () => {
    expect(refusal(bytes('f0'), 4).reasonCode).toBe(0x81);
  });

  it('DISCONNECT from the server in 3.1.1, 0x82 [SEC3-2.2.1-a]', () => {
    expect(refusal(bytes('e0 00'), { version: 4, sender: 'server' }).reasonCode).toBe(0x82);
    expect(decode(bytes('e0 00'), { version: 4, sender: 'client' })).toHaveLength(1);
  });
});

describe('reason codes', () => {
  /** A packet with one reason code. */
  const WITH_CODE: { readonly [Host in ReasonHost]: (code: number, version: ProtocolVersion) => Uint8Array } = {
    connack: (code, version) => packetOf(0x20, [0, code, ...(version === 5 ? [0] : [])]),
    puback: (code) => packetOf(0x40, [0, 1, code]),
    pubrec: (code) => packetOf(0x50, [0, 1, code]),
    pubrel: (code) => packetOf(0x62, [0, 1, code]),
    pubcomp: (code) => packetOf(0x70, [0, 1, code]),
    suback: (code, version) => packetOf(0x90, [...uint16(1), ...(version === 5 ? [0] : []), code]),
    unsuback: (code) => packetOf(0xb0, [0, 1, 0, code]),
    disconnect: (code) => packetOf(0xe0, [code]),
    auth: (code) => packetOf(0xf0, [code, ...withLength(METHOD)]),
  };
  const all = Array.from({ length: 256 }, (_, code) => code);
  const ids: { readonly [Host in ReasonHost]: string } = {
    connack: '[MQTT-3.2.2-8]',
    puback: '[MQTT-3.4.2-1]',
    pubrec: '[MQTT-3.5.2-1]',
    pubrel: '[MQTT-3.6.2-1]',
    pubcomp: '[MQTT-3.7.2-1]',
    suback: '[MQTT-3.9.3-2]',
    unsuback: '[MQTT-3.11.3-2]',
    disconnect: '[MQTT-3.14.2-1]',
    auth: '[MQTT-3.15.2-1]',
  };

  it.each(Object.entries(ids) as [ReasonHost, string][])('of %s are those of its table, others 0x82 %s', (host) => {
    const legal = new Set(REASON_CODES.filter((row) => host in row.in).map((row) => row.code));
    const isLenient = host === 'connack' || host === 'disconnect';
    for (const code of all) {
      const packet = WITH_CODE[host](code, 5);
      if (legal.has(code) || isLenient) expect(decode(packet, 5), `code ${code}`).toHaveLength(1);
      else expect(refusal(packet, 5).reasonCode, `code ${code}`).toBe(0x82);
    }
  });

  it.each(
    REASON_CODES.flatMap((row) =>
      (Object.entries(row.in) as [ReasonHost, number][])
        .filter(([, senders]) => senders !== 3)
        .map(([host, sender]) => ({ code: row.code, host, sender })),
    ),
  )('$code in $host comes from one side only, otherwise 0x82', ({ code, host, sender }) => {
    const packet = WITH_CODE[host](code, 5);
    const [rightful, other]: [Sender, Sender] = sender === 1 ? ['client', 'server'] : ['server', 'client'];
    expect(decode(packet, { version: 5, sender: rightful })).toHaveLength(1);
    expect(refusal(packet, { version: 5, sender: other }).reasonCode).toBe(0x82);
  });

  it('of SUBACK in 3.1.1 are 0, 1, 2 and 0x80, others 0x82 [MQTT3-3.9.3-2]', () => {
    for (const code of all) {
      const packet = WITH_CODE.suback(code, 4);
      if ([0, 1, 2, 0x80].includes(code)) expect(decode(packet, 4)).toHaveLength(1);
      else expect(refusal(packet, 4).reasonCode, `code ${code}`).toBe(0x82);
    }
  });

  it('of CONNACK in 3.1.1 are read even where they are reserved [SEC3-3.2.2.3-a]', () => {
    for (const code of all) {
      expect(decode(WITH_CODE.connack(code, 4), 4)).toStrictEqual([
        { type: 'connack', sessionPresent: false, reasonCode: code },
      ]);
    }
  });
});
