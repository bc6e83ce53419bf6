import { describe, expect, it } from 'vitest';
import { bytes, toHex } from './testing/bytes.test-helpers.ts';
import { Writer, varintSize } from './writer.ts';

describe('a writer', () => {
  it.each([
    [0, '00'],
    [127, '7f'],
    [128, '8001'],
    [16_383, 'ff7f'],
    [16_384, '808001'],
    [2_097_151, 'ffff7f'],
    [2_097_152, '80808001'],
    [268_435_455, 'ffffff7f'],
  ])('writes %i as the shortest Variable Byte Integer [MQTT-1.5.5-1]', (value, hex) => {
    const writer = new Writer(0);
    writer.varint(value);
    expect(toHex(writer.view())).toBe(hex);
    expect(varintSize(value)).toBe(hex.length / 2);
  });

  it('writes integers big-endian and unsigned [SEC-1.5.2-a] [SEC-1.5.3-a]', () => {
    const writer = new Writer(0);
    writer.uint16(258);
    writer.uint16(65_535);
    writer.uint32(0x01020304);
    writer.uint32(4_294_967_295);
    expect(toHex(writer.view())).toBe('0102ffff01020304ffffffff');
  });

  it.each([0, 127, 128, 16_383, 16_384, 2_097_152])('puts a length in front of content of %i bytes', (length) => {
    const writer = new Writer(4);
    writer.byte(0xee);
    const start = writer.beginLength();
    writer.bytes(new Uint8Array(length).fill(0x61));
    writer.endLength(start);
    const view = writer.view();
    expect(view.length).toBe(1 + varintSize(length) + length);
    expect(view.subarray(1 + varintSize(length)).every((byte) => byte === 0x61)).toBe(true);
  });

  it('grows without losing what it holds', () => {
    const writer = new Writer(1);
    for (let value = 0; value < 1000; value++) writer.uint16(value);
    expect(writer.length).toBe(2000);
    expect(toHex(writer.view(1996))).toBe('03e603e7');
  });

  it('writes over what it was cleared of, in the same buffer', () => {
    const writer = new Writer(16);
    writer.bytes(bytes('01 02 03'));
    const { buffer } = writer.view();
    writer.clear();
    expect(writer.length).toBe(0);
    writer.byte(9);
    expect(writer.view().buffer).toBe(buffer);
    expect(toHex(writer.view())).toBe('09');
  });

  it('lets go of an unusually big buffer when it is cleared', () => {
    const writer = new Writer(16);
    writer.bytes(new Uint8Array(2 * 1024 * 1024));
    writer.clear();
    writer.byte(1);
    expect(writer.view().buffer.byteLength).toBeLessThan(1024);
  });
});
