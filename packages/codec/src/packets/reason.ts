import { checkInteger } from '../check.ts';
import { hex, InvalidPacketError, protocolError } from '../errors.ts';
import type { ProtocolVersion } from '../packet.ts';
import { type ReasonHost, reasonCodeSenders } from '../reason-codes.ts';
import type { Reader } from '../reader.ts';
import type { Writer } from '../writer.ts';

/**
 * Hosts whose unknown reason codes are read all the same: they end the connection, and what they say is worth more than
 * the refusal. Everywhere else an unknown code would have to be taken for success or failure, so it is refused.
 */
const LENIENT: ReadonlySet<ReasonHost> = /* @__PURE__ */ new Set<ReasonHost>(['connack', 'disconnect']);

/** Reads a reason code that the packet may carry. Throws 0x82. */
export function readReasonCode(reader: Reader, host: ReasonHost): number {
  const code = reader.byte();
  const senders = reasonCodeSenders(code, host, reader.version);
  const isAllowed = senders === 0 ? LENIENT.has(host) : (senders & reader.senders) !== 0;
  if (!isAllowed) throw protocolError(`reason code ${hex(code)} is not allowed here`);
  return code;
}

/** Checks a reason code that the packet may carry. */
export function checkReasonCode(
  code: number,
  host: ReasonHost,
  version: ProtocolVersion,
  field = 'reasonCode',
): number {
  checkInteger(code, 0, 0xff, field);
  if (reasonCodeSenders(code, host, version) === 0) {
    throw new InvalidPacketError(field, `${hex(code)} is not allowed in ${host.toUpperCase()}`);
  }
  return code;
}

/** The codes of SUBACK and UNSUBACK: one at least, to the end of the packet. */
export function readReasonCodes(reader: Reader, host: ReasonHost): number[] {
  const codes: number[] = [];
  do codes.push(readReasonCode(reader, host));
  while (reader.remaining > 0);
  return codes;
}

export function writeReasonCodes(
  writer: Writer,
  codes: readonly number[],
  host: ReasonHost,
  version: ProtocolVersion,
): void {
  for (const [index, code] of codes.entries()) {
    writer.byte(checkReasonCode(code, host, version, `reasonCodes[${index}]`));
  }
}
