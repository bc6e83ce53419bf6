import { describe, expect, it } from 'vitest';
import { encode } from './encode.ts';
import {
  VERSIONS,
  bytes,
  decode,
  packetOf,
  refusal,
  refusedField,
  uint16,
  utf8,
} from './testing/bytes.test-helpers.ts';
import type { Packet } from './packet.ts';
import { textOf, textProblem } from './utf8.ts';

/** A PUBLISH whose topic has these bytes. */
function withTopic(topic: readonly number[], version: 4 | 5): Uint8Array {
  return packetOf(0x30, [...uint16(topic.length), ...topic, ...(version === 5 ? [0] : [])]);
}

const ILL_FORMED = {
  'a surrogate': '61 eda080',
  'the last surrogate': '61 edbfbf',
  'a pair of surrogates': 'eda080 edb080',
  'an overlong null': 'c080',
  'an overlong slash': 'e080af',
  'a character of five bytes': 'f888808080',
  'a character beyond U+10FFFF': 'f4908080',
  'a character cut short': '61 e282',
  'a continuation without a beginning': '80 61',
  'the byte FF': 'ff',
};

describe.each(VERSIONS)('strings of version %i', (version) => {
  const padding = Array.from({ length: 40 }, () => 0x61);

  it.each(Object.entries(ILL_FORMED))(
    'with %s are malformed, 0x81, short or long [MQTT-1.5.4-1] [MQTT3-1.5.3-1]',
    (_, hex) => {
      for (const topic of [[...bytes(hex)], [...padding, ...bytes(hex)]]) {
        expect(refusal(withTopic(topic, version), version).reasonCode).toBe(0x81);
      }
    },
  );

  it('with U+0000 are malformed, 0x81, short or long [MQTT-1.5.4-2] [MQTT3-1.5.3-2]', () => {
    for (const topic of [[0], [0x74, 0, 0x70], [0xc3, 0xa9, 0], [...padding, 0], [0, ...padding]]) {
      expect(refusal(withTopic(topic, version), version).reasonCode).toBe(0x81);
    }
  });

  it('keep U+FEFF wherever it stands [MQTT-1.5.4-3] [MQTT3-1.5.3-3]', () => {
    for (const topic of ['\ufeffa', 'a\ufeff', '\ufeff', `\ufeff${'a'.repeat(40)}`]) {
      const packet: Packet = { type: 'publish', topic, payload: bytes(), qos: 0, retain: false, duplicate: false };
      expect(decode(encode(packet, version), version)).toStrictEqual([packet]);
    }
  });

  it('keep control characters and non-characters [SEC-1.5.4-b]', () => {
    for (const topic of ['\u0001', '\u001f', '\u007f\u009f', '\ufffe\uffff', '\ufdd0', '\u{1ffff}']) {
      const packet: Packet = { type: 'publish', topic, payload: bytes(), qos: 0, retain: false, duplicate: false };
      expect(decode(encode(packet, version), version)).toStrictEqual([packet]);
    }
  });

  it.each([1, 31, 32, 33, 63, 64, 65, 127, 128, 300, 65_535])(
    'of %i characters are read as they were written',
    (length) => {
      for (const last of ['a', 'é']) {
        const topic = 'a'.repeat(length - (last === 'é' && length === 65_535 ? 2 : 1)) + last;
        const packet: Packet = { type: 'publish', topic, payload: utf8('x'), qos: 0, retain: false, duplicate: false };
        expect(decode(encode(packet, version), version)).toStrictEqual([packet]);
      }
    },
  );

  it('are at most 65,535 bytes when they are sent [SEC-1.5.4-a] [MQTT3-4.7.3-3]', () => {
    const packet = (topic: string): Packet => ({
      type: 'publish',
      topic,
      payload: bytes(),
      qos: 0,
      retain: false,
      duplicate: false,
    });
    expect(encode(packet('a'.repeat(65_535)), version).length).toBeGreaterThan(65_535);
    for (const topic of ['a'.repeat(65_536), '€'.repeat(21_846), 'é'.repeat(32_768)]) {
      expect(refusedField(() => encode(packet(topic), version))).toBe('topic');
    }
  });

  it('end with the packet, 0x81 [MQTT-3.3.2-1] [MQTT3-3.3.2-1]', () => {
    expect(refusal(packetOf(0x30, [0, 5, 0x61]), version).reasonCode).toBe(0x81);
    expect(refusal(packetOf(0x30, [0]), version).reasonCode).toBe(0x81);
  });
});

it('textProblem finds lone surrogates, U+0000 and what is too long, and nothing in pairs', () => {
  expect(textProblem('a\u{1f600}\ufeff')).toBeUndefined();
  const problematic = ['\ud800', 'a\udc00b', '\udc00\ud800', `${'x'.repeat(100)}\ud83d`, '\0', 'é'.repeat(32_768)];
  for (const text of problematic) expect(textProblem(text)).toBeTypeOf('string');
});

it('textOf tells text from other bytes', () => {
  for (const text of ['', '\ufeffé\0', 'a'.repeat(500)]) expect(textOf(utf8(text))).toBe(text);
  for (const hex of Object.values(ILL_FORMED)) expect(textOf(bytes(hex)), `bytes ${hex}`).toBeUndefined();
});
