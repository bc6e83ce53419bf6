/*
 * TABLE 2: reason codes, section 2.4, and the return codes of 3.1.1. One row for each name of a code; which packets
 * may carry it, and from whom, is derived from the rows.
 */
import { hex } from './errors.ts';
import type { PacketType, ProtocolVersion } from './packet.ts';
import { SENDERS, type Sender } from './sender.ts';

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
  /** The packets that may carry it. */
  readonly in: readonly ReasonHost[];
  /** Where only one side may send it. */
  readonly from?: { readonly [Host in ReasonHost]?: Sender };
  /** The version that has it. Absent: 5.0. */
  readonly version?: ProtocolVersion;
}

const PUBLISHED = ['puback', 'pubrec'] as const satisfies readonly ReasonHost[];
const RELEASED = ['pubrel', 'pubcomp'] as const satisfies readonly ReasonHost[];
const SUBSCRIBED = ['suback', 'unsuback'] as const satisfies readonly ReasonHost[];
const REQUESTED = [...PUBLISHED, ...SUBSCRIBED] as const satisfies readonly ReasonHost[];
const CLOSING = ['connack', 'disconnect'] as const satisfies readonly ReasonHost[];
const BY_CLIENT = { disconnect: 'client' } as const;
const BY_SERVER = { disconnect: 'server' } as const;

/** Every reason code of 5.0 and every return code of 3.1.1. */
export const REASON_CODES: readonly ReasonCodeSpec[] = [
  {
    code: 0x00,
    name: 'Success',
    in: ['connack', ...PUBLISHED, ...RELEASED, 'unsuback', 'auth'],
    from: { auth: 'server' },
  },
  { code: 0x00, name: 'Normal disconnection', in: ['disconnect'] },
  { code: 0x00, name: 'Granted QoS 0', in: ['suback'] },
  { code: 0x01, name: 'Granted QoS 1', in: ['suback'] },
  { code: 0x02, name: 'Granted QoS 2', in: ['suback'] },
  { code: 0x04, name: 'Disconnect with Will Message', in: ['disconnect'], from: BY_CLIENT },
  { code: 0x10, name: 'No matching subscribers', in: PUBLISHED, from: { puback: 'server', pubrec: 'server' } },
  { code: 0x11, name: 'No subscription existed', in: ['unsuback'] },
  { code: 0x18, name: 'Continue authentication', in: ['auth'] },
  { code: 0x19, name: 'Re-authenticate', in: ['auth'], from: { auth: 'client' } },
  { code: 0x80, name: 'Unspecified error', in: [...CLOSING, ...REQUESTED] },
  { code: 0x81, name: 'Malformed Packet', in: CLOSING },
  { code: 0x82, name: 'Protocol Error', in: CLOSING },
  { code: 0x83, name: 'Implementation specific error', in: [...CLOSING, ...REQUESTED] },
  { code: 0x84, name: 'Unsupported Protocol Version', in: ['connack'] },
  { code: 0x85, name: 'Client Identifier not valid', in: ['connack'] },
  { code: 0x86, name: 'Bad User Name or Password', in: ['connack'] },
  { code: 0x87, name: 'Not authorized', in: [...CLOSING, ...REQUESTED], from: BY_SERVER },
  { code: 0x88, name: 'Server unavailable', in: ['connack'] },
  { code: 0x89, name: 'Server busy', in: CLOSING, from: BY_SERVER },
  { code: 0x8a, name: 'Banned', in: ['connack'] },
  { code: 0x8b, name: 'Server shutting down', in: ['disconnect'], from: BY_SERVER },
  // Table 2-6 has it in DISCONNECT too, table 3-10 has not: read there like any unknown code, never sent.
  { code: 0x8c, name: 'Bad authentication method', in: ['connack'] },
  { code: 0x8d, name: 'Keep Alive timeout', in: ['disconnect'], from: BY_SERVER },
  { code: 0x8e, name: 'Session taken over', in: ['disconnect'], from: BY_SERVER },
  { code: 0x8f, name: 'Topic Filter invalid', in: [...SUBSCRIBED, 'disconnect'], from: BY_SERVER },
  { code: 0x90, name: 'Topic Name invalid', in: [...CLOSING, ...PUBLISHED] },
  { code: 0x91, name: 'Packet Identifier in use', in: REQUESTED },
  { code: 0x92, name: 'Packet Identifier not found', in: RELEASED },
  { code: 0x93, name: 'Receive Maximum exceeded', in: ['disconnect'] },
  { code: 0x94, name: 'Topic Alias invalid', in: ['disconnect'] },
  { code: 0x95, name: 'Packet too large', in: CLOSING },
  { code: 0x96, name: 'Message rate too high', in: ['disconnect'] },
  { code: 0x97, name: 'Quota exceeded', in: [...CLOSING, ...PUBLISHED, 'suback'] },
  { code: 0x98, name: 'Administrative action', in: ['disconnect'] },
  { code: 0x99, name: 'Payload format invalid', in: [...CLOSING, ...PUBLISHED] },
  { code: 0x9a, name: 'Retain not supported', in: CLOSING, from: BY_SERVER },
  { code: 0x9b, name: 'QoS not supported', in: CLOSING, from: BY_SERVER },
  { code: 0x9c, name: 'Use another server', in: CLOSING, from: BY_SERVER },
  { code: 0x9d, name: 'Server moved', in: CLOSING, from: BY_SERVER },
  { code: 0x9e, name: 'Shared Subscriptions not supported', in: ['suback', 'disconnect'], from: BY_SERVER },
  { code: 0x9f, name: 'Connection rate exceeded', in: CLOSING, from: BY_SERVER },
  { code: 0xa0, name: 'Maximum connect time', in: ['disconnect'], from: BY_SERVER },
  { code: 0xa1, name: 'Subscription Identifiers not supported', in: ['suback', 'disconnect'], from: BY_SERVER },
  { code: 0xa2, name: 'Wildcard Subscriptions not supported', in: ['suback', 'disconnect'], from: BY_SERVER },
  { code: 0x00, name: 'Connection accepted', in: ['connack'], version: 4 },
  { code: 0x01, name: 'Unacceptable protocol version', in: ['connack'], version: 4 },
  { code: 0x02, name: 'Identifier rejected', in: ['connack'], version: 4 },
  { code: 0x03, name: 'Server unavailable', in: ['connack'], version: 4 },
  { code: 0x04, name: 'Bad user name or password', in: ['connack'], version: 4 },
  { code: 0x05, name: 'Not authorized', in: ['connack'], version: 4 },
  { code: 0x00, name: 'Success, maximum QoS 0', in: ['suback'], version: 4 },
  { code: 0x01, name: 'Success, maximum QoS 1', in: ['suback'], version: 4 },
  { code: 0x02, name: 'Success, maximum QoS 2', in: ['suback'], version: 4 },
  { code: 0x80, name: 'Failure', in: ['suback'], version: 4 },
];

type SendersOfCodes = { readonly [Host in ReasonHost]?: Uint8Array };

/** For each version and packet, for each code, the bits of who may send it. */
const SENDERS_OF_CODES: { readonly [Version in ProtocolVersion]: SendersOfCodes } = {
  4: /* @__PURE__ */ sendersOfCodes(4),
  5: /* @__PURE__ */ sendersOfCodes(5),
};

function sendersOfCodes(version: ProtocolVersion): SendersOfCodes {
  const result: { [Host in ReasonHost]?: Uint8Array } = {};
  for (const row of REASON_CODES) {
    if ((row.version ?? 5) !== version) continue;
    for (const host of row.in) {
      result[host] ??= new Uint8Array(256);
      result[host][row.code] = SENDERS[row.from?.[host] ?? 'either'];
    }
  }
  return result;
}

/** Bits of `SENDERS`: who may send a code in a packet. 0 when the standard does not have the code there. */
export function reasonCodeSenders(code: number, host: ReasonHost, version: ProtocolVersion): number {
  return SENDERS_OF_CODES[version][host]?.[code] ?? SENDERS.nobody;
}

/**
 * The standard's name of a reason code in a packet, such as `Not authorized`; for a code that the standard does not
 * have, words with its number. The return codes of 3.1.1 have their own names; everything else has those of 5.0.
 *
 * @default version 5
 */
export function reasonName(code: number, packetType: PacketType, version: ProtocolVersion = 5): string {
  const rows = REASON_CODES.filter((row) => row.code === code);
  const here = rows.filter((row) => row.in.some((host) => host === packetType));
  const row =
    here.find((candidate) => (candidate.version ?? 5) === version) ??
    here.find((candidate) => candidate.version === undefined) ??
    rows.find((candidate) => candidate.version === undefined && code >= 0x10);
  return row?.name ?? `Unknown reason code ${hex(code)}`;
}

/** Whether a reason code of 5.0 reports a failure: 0x80 and above, section 2.4. */
export function isError(code: number): boolean {
  return code >= 0x80;
}
