/*
 * TABLE 2: reason codes, section 2.4. One row for each name of a code; which packets may carry it, and from whom, is
 * derived from the rows. Below it, the return codes of 3.1.1.
 */
import { hex } from './errors.ts';
import type { PacketType, ProtocolVersion } from './packet.ts';
import { CLIENT, EITHER, NOBODY, SERVER } from './sender.ts';

/** A packet that carries reason codes. */
export type ReasonHost =
  | 'connack'
  | 'puback'
  | 'pubrec'
  | 'pubrel'
  | 'pubcomp'
  | 'suback'
  | 'unsuback'
  | 'disconnect'
  | 'auth';

/** A row of the table of reason codes. */
export interface ReasonCodeSpec {
  readonly code: number;
  readonly name: string;
  /** The packets that may carry it, and from whom: 1 the client, 2 the server, 3 either. */
  readonly in: { readonly [Host in ReasonHost]?: number };
}

const PUBLISHED = { puback: EITHER, pubrec: EITHER };
const RELEASED = { pubrel: EITHER, pubcomp: EITHER };
const CONNACK = { connack: EITHER };
const SUBACK = { suback: EITHER };
const DISCONNECT = { disconnect: EITHER };
const BY_SERVER = { disconnect: SERVER };
const REQUESTED = { ...PUBLISHED, ...SUBACK, unsuback: EITHER };
const CLOSING = { ...CONNACK, ...DISCONNECT };
const CLOSED = { ...CONNACK, ...BY_SERVER };
const REFUSED = { ...CLOSING, ...REQUESTED };
const SUBSCRIBED = { ...SUBACK, ...BY_SERVER };
const RECEIVED = { ...CLOSING, ...PUBLISHED };

/** The failures, without a gap from 0x80. */
const FAILURES: readonly Omit<ReasonCodeSpec, 'code'>[] = [
  /* 0x80 */ { name: 'Unspecified error', in: REFUSED },
  /* 0x81 */ { name: 'Malformed Packet', in: CLOSING },
  /* 0x82 */ { name: 'Protocol Error', in: CLOSING },
  /* 0x83 */ { name: 'Implementation specific error', in: REFUSED },
  /* 0x84 */ { name: 'Unsupported Protocol Version', in: CONNACK },
  /* 0x85 */ { name: 'Client Identifier not valid', in: CONNACK },
  /* 0x86 */ { name: 'Bad User Name or Password', in: CONNACK },
  /* 0x87 */ { name: 'Not authorized', in: { ...REFUSED, ...BY_SERVER } },
  /* 0x88 */ { name: 'Server unavailable', in: CONNACK },
  /* 0x89 */ { name: 'Server busy', in: CLOSED },
  /* 0x8a */ { name: 'Banned', in: CONNACK },
  /* 0x8b */ { name: 'Server shutting down', in: BY_SERVER },
  // Table 2-6 has it in DISCONNECT too, table 3-10 has not: read there like any unknown code, never sent.
  /* 0x8c */ { name: 'Bad authentication method', in: CONNACK },
  /* 0x8d */ { name: 'Keep Alive timeout', in: BY_SERVER },
  /* 0x8e */ { name: 'Session taken over', in: BY_SERVER },
  /* 0x8f */ { name: 'Topic Filter invalid', in: { unsuback: EITHER, ...SUBSCRIBED } },
  /* 0x90 */ { name: 'Topic Name invalid', in: RECEIVED },
  /* 0x91 */ { name: 'Packet Identifier in use', in: REQUESTED },
  /* 0x92 */ { name: 'Packet Identifier not found', in: RELEASED },
  /* 0x93 */ { name: 'Receive Maximum exceeded', in: DISCONNECT },
  /* 0x94 */ { name: 'Topic Alias invalid', in: DISCONNECT },
  /* 0x95 */ { name: 'Packet too large', in: CLOSING },
  /* 0x96 */ { name: 'Message rate too high', in: DISCONNECT },
  /* 0x97 */ { name: 'Quota exceeded', in: { ...RECEIVED, ...SUBACK } },
  /* 0x98 */ { name: 'Administrative action', in: DISCONNECT },
  /* 0x99 */ { name: 'Payload format invalid', in: RECEIVED },
  /* 0x9a */ { name: 'Retain not supported', in: CLOSED },
  /* 0x9b */ { name: 'QoS not supported', in: CLOSED },
  /* 0x9c */ { name: 'Use another server', in: CLOSED },
  /* 0x9d */ { name: 'Server moved', in: CLOSED },
  /* 0x9e */ { name: 'Shared Subscriptions not supported', in: SUBSCRIBED },
  /* 0x9f */ { name: 'Connection rate exceeded', in: CLOSED },
  /* 0xa0 */ { name: 'Maximum connect time', in: BY_SERVER },
  /* 0xa1 */ { name: 'Subscription Identifiers not supported', in: SUBSCRIBED },
  /* 0xa2 */ { name: 'Wildcard Subscriptions not supported', in: SUBSCRIBED },
];

/** Every reason code of 5.0. */
export const REASON_CODES: readonly ReasonCodeSpec[] = [
  { code: 0x00, name: 'Success', in: { unsuback: EITHER, ...CONNACK, ...PUBLISHED, ...RELEASED, auth: SERVER } },
  { code: 0x00, name: 'Normal disconnection', in: DISCONNECT },
  { code: 0x00, name: 'Granted QoS 0', in: SUBACK },
  { code: 0x01, name: 'Granted QoS 1', in: SUBACK },
  { code: 0x02, name: 'Granted QoS 2', in: SUBACK },
  { code: 0x04, name: 'Disconnect with Will Message', in: { disconnect: CLIENT } },
  { code: 0x10, name: 'No matching subscribers', in: { puback: SERVER, pubrec: SERVER } },
  { code: 0x11, name: 'No subscription existed', in: { unsuback: EITHER } },
  { code: 0x18, name: 'Continue authentication', in: { auth: EITHER } },
  { code: 0x19, name: 'Re-authenticate', in: { auth: CLIENT } },
  ...FAILURES.map((row, index) => ({ ...row, code: 0x80 + index })),
];

/** The return codes of CONNACK in 3.1.1, section 3.2.2.3 there: at each the reason code that means the same in 5.0. */
const RETURN_CODES = [0x00, 0x84, 0x85, 0x88, 0x86, 0x87];

/** The codes of SUBACK in 3.1.1, section 3.9.3 there. All other packets of 3.1.1 leave Success unsaid. */
const SUBACK_CODES = [0x00, 0x01, 0x02, 0x80];

function rowOf(code: number, packetType: PacketType): ReasonCodeSpec | undefined {
  return REASON_CODES.find((row) => row.code === code && packetType in row.in);
}

/** Bits of senders: who may send a code in a packet. 0 when the standard does not have the code there. */
export function reasonCodeSenders(code: number, host: ReasonHost, version: ProtocolVersion): number {
  if (version === 5) return rowOf(code, host)?.in[host] ?? NOBODY;
  if (host === 'connack') return code < RETURN_CODES.length ? EITHER : NOBODY;
  return (host === 'suback' ? SUBACK_CODES.includes(code) : !code && host !== 'unsuback') ? EITHER : NOBODY;
}

/**
 * The standard's name of a reason code in a packet, such as `Not authorized`; for an error that the standard does not
 * have there, its name elsewhere; for other codes the number. The return codes of a CONNACK of 3.1.1 get the names of
 * 5.0.
 *
 * @default version 5
 */
export function reasonName(code: number, packetType: PacketType, version: ProtocolVersion = 5): string {
  const wanted = (version === 4 && packetType === 'connack' && RETURN_CODES[code]) || code;
  const row = rowOf(wanted, packetType) ?? REASON_CODES.find((other) => other.code === wanted && isError(wanted));
  return row ? row.name : `Unknown reason code ${hex(code)}`;
}

/** Whether a reason code of 5.0 reports a failure: 0x80 and above, section 2.4. */
export function isError(code: number): boolean {
  return code >= 0x80;
}
