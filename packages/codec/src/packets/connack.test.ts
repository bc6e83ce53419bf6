import { describe, expect, it } from 'vitest';
import { bytes, decode, packetOf, refusal } from '../testing/bytes.test-helpers.ts';

describe('CONNACK', () => {
  it('with reserved acknowledge flags is malformed, 0x81 [MQTT-3.2.2-1] [SEC3-3.2.1-a]', () => {
    for (const flags of [0x02, 0x03, 0x80, 0xff]) {
      expect(refusal(packetOf(0x20, [flags, 0, 0]), 5).reasonCode).toBe(0x81);
      expect(refusal(packetOf(0x20, [flags, 0]), 4).reasonCode).toBe(0x81);
    }
  });

  it('of 3.1.1 is exactly two bytes [SEC3-3.2.1-a]', () => {
    for (const packet of ['20 00', '20 01 00', '20 03 00 00 00'])
      expect(refusal(bytes(packet), 4).reasonCode).toBe(0x81);
  });

  it('in the form of 3.1.1 is the refusal of our version and nothing else, 0x81 [MQTT-3.1.2-2]', () => {
    expect(decode(bytes('20 02 00 01'), 5)).toStrictEqual([
      { type: 'connack', sessionPresent: false, reasonCode: 0x84 },
    ]);
    for (const packet of ['20 02 00 00', '20 02 00 02', '20 02 00 05', '20 02 01 01', '20 02 00 84']) {
      expect(refusal(bytes(packet), 5).reasonCode, `in ${packet}`).toBe(0x81);
    }
    expect(decode(bytes('20 03 00 01 00'), 5)).toStrictEqual([
      { type: 'connack', sessionPresent: false, reasonCode: 1 },
    ]);
  });

  it('that refuses is read with Session Present set, which it should not be [MQTT-3.2.2-6] [MQTT3-3.2.2-4]', () => {
    expect(decode(bytes('20 03 01 87 00'), 5)).toStrictEqual([
      { type: 'connack', sessionPresent: true, reasonCode: 0x87 },
    ]);
    expect(decode(bytes('20 02 01 05'), 4)).toStrictEqual([{ type: 'connack', sessionPresent: true, reasonCode: 5 }]);
  });
});
