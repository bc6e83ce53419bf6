import { checkInteger } from '../check.ts';
import { hex, NOT_ALLOWED, refuse, reject } from '../errors.ts';
import { type ReasonHost, reasonCodeSenders } from '../reason-codes.ts';
import type { Reader } from '../reader.ts';
import type { Writer } from '../writer.ts';
import { type Field, type Fields, list, PROPERTIES } from './field.ts';

/**
 * Reads a reason code that the packet may carry. Throws 0x82, but not for unknown codes in CONNACK and DISCONNECT:
 * those end the connection anyway, and what they say is worth more than the refusal.
 */
function readCode(reader: Reader, { type }: Fields): number {
  const code = reader.byte();
  const senders = reasonCodeSenders(code, type as ReasonHost, reader.version);
  const isTolerated = senders === 0 && (type === 'connack' || type === 'disconnect');
  if ((senders & reader.senders) === 0 && !isTolerated) reject(`is ${hex(code)}`, 'reasonCode');
  return code;
}

function writeCode(writer: Writer, code: unknown, { type }: Fields, field?: string): void {
  const byte = checkInteger(code, 0, 0xff, field);
  if (reasonCodeSenders(byte, type as ReasonHost, writer.version) === 0) refuse(NOT_ALLOWED, field);
  writer.byte(byte);
}

/** A reason code that is always there, as in CONNACK. */
export const REASON_CODE: Field = {
  read(reader, packet) {
    packet['reasonCode'] = readCode(reader, packet);
  },
  write: (writer, packet) => writeCode(writer, packet['reasonCode'], packet, 'reasonCode'),
};

/** The codes of SUBACK and UNSUBACK, in the order of the filters. */
export const REASON_CODES: Field = /* @__PURE__ */ list('reasonCodes', readCode, writeCode);

/**
 * How PUBACK, PUBREC, PUBREL, PUBCOMP, DISCONNECT and AUTH end: with a reason code unless it is 0 and nothing follows,
 * then with properties unless there are none. In 3.1.1 the code is always 0 and never there.
 */
export const ENDING: Field = {
  read(reader, packet) {
    packet['reasonCode'] = 0;
    for (const field of [REASON_CODE, PROPERTIES]) {
      if (reader.version === 5 && reader.remaining > 0) field.read(reader, packet);
    }
  },
  write(writer, packet) {
    const start = writer.length;
    REASON_CODE.write(writer, packet);
    PROPERTIES.write(writer, packet);
    // Code and empty property length, or in 3.1.1 the code alone, say nothing.
    if (writer.length <= start + 2) writer.truncate(packet['reasonCode'] === 0 ? start : start + 1);
  },
};
