import { Decoder, type DecoderOptions } from '../decoder.ts';
import { InvalidPacketError, MalformedPacketError } from '../errors.ts';
import type { Packet, ProtocolVersion } from '../packet.ts';

export const VERSIONS: readonly ProtocolVersion[] = [4, 5];

/** Bytes from hexadecimal digits, in which blanks are for the reader, and from bytes. */
export function bytes(...parts: readonly (string | number | readonly number[] | Uint8Array)[]): Uint8Array {
  const pieces = parts.map((part) =>
    typeof part === 'string' ? fromHex(part) : typeof part === 'number' ? [part] : part,
  );
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

function fromHex(hex: string): number[] {
  const digits = hex.replaceAll(/\s/g, '');
  return Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16),
  );
}

/** Bytes of a text, for payloads. */
export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A two byte integer. */
export function uint16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

/** A string as packets have it: two bytes of length, then UTF-8. */
export function string(text: string): number[] {
  const content = [...utf8(text)];
  return [...uint16(content.length), ...content];
}

/** A Variable Byte Integer. */
export function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) | 0x80, ...varint(Math.floor(value / 0x80))];
}

/** A whole packet: the first byte, the length of the body, the body. */
export function packetOf(first: number, body: readonly number[]): Uint8Array {
  return bytes(first, varint(body.length), body);
}

export function toHex(value: Uint8Array): string {
  return [...value].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Reads a chunk with a fresh decoder. */
export function decode(chunk: Uint8Array, options: DecoderOptions | ProtocolVersion): Packet[] {
  return new Decoder(typeof options === 'number' ? { version: options } : options).push(chunk);
}

/** The error with which a fresh decoder refuses a chunk. */
export function refusal(chunk: Uint8Array, options: DecoderOptions | ProtocolVersion): MalformedPacketError {
  const decoder = new Decoder(typeof options === 'number' ? { version: options } : options);
  try {
    decoder.push(chunk);
  } catch (error) {
    if (error instanceof MalformedPacketError) return error;
    throw error;
  }
  throw new Error(`accepted ${toHex(chunk)}`);
}

/** The field that a call finds fault with. */
export function refusedField(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof InvalidPacketError) return error.field;
    throw error;
  }
  throw new Error('nothing was refused');
}
