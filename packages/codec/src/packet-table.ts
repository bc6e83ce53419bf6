/*
 * TABLE 3: the control packets, section 2.1. One row each: number, who may send it, the flags its fixed header may
 * have, and how what comes after the fixed header is read and written.
 */
import { MISSING } from './errors.ts';
import type { AuthPacket, Packet, PacketOf, PacketType, ProtocolVersion } from './packet.ts';
import { CONNACK_ENDING, SESSION_PRESENT } from './packets/connack.ts';
import { CONNECT } from './packets/connect.ts';
import { type Field, type Fields, PACKET_ID, PROPERTIES, readFields, writeFields } from './packets/field.ts';
import { publishFlags, publishPayload, readPublish, writePublish } from './packets/publish.ts';
import { ENDING, REASON_CODE, REASON_CODES } from './packets/reason.ts';
import { FILTERS, SUBSCRIPTIONS } from './packets/subscribe.ts';
import type { Reader } from './reader.ts';
import { CLIENT, EITHER, NOBODY, SERVER } from './sender.ts';
import type { Writer } from './writer.ts';

/** A row of the table of packets. */
export interface PacketSpec<Type extends PacketType = PacketType> {
  /** MQTT Control Packet type. */
  readonly number: number;
  /** Bits of senders: who may send it. */
  readonly from: number;
  /** Where 3.1.1 differs. */
  readonly from311?: number;
  /** Every value that the flags of the fixed header may have, section 2.1.3. */
  readonly flags: readonly [number, ...number[]];
  /** For PUBLISH, whose flags say something. */
  flagsOf?(packet: PacketOf<Type>): number;
  read(reader: Reader, flags: number): PacketOf<Type>;
  /** Writes what comes after the fixed header, but for the tail. */
  write(writer: Writer, packet: PacketOf<Type>): void;
  /** What is left at the end of the packet: the payload of PUBLISH. */
  tailOf?(packet: PacketOf<Type>): Uint8Array;
}

const RESERVED: readonly [number] = [0];
const RESERVED_2: readonly [number] = [2];

/** Every packet, by its type. */
export const PACKETS: { readonly [Type in PacketType]: PacketSpec<Type> } = {
  connect: sequence('connect', 1, CLIENT, RESERVED, ...CONNECT),
  connack: sequence('connack', 2, SERVER, RESERVED, SESSION_PRESENT, REASON_CODE, CONNACK_ENDING),
  publish: {
    number: 3,
    from: EITHER,
    // DUP, QoS and RETAIN without QoS 3 [MQTT-3.3.1-4] and without DUP at QoS 0 [MQTT-3.3.1-2].
    flags: [0, 1, 2, 3, 4, 5, 10, 11, 12, 13],
    flagsOf: publishFlags,
    read: readPublish,
    write: writePublish,
    tailOf: publishPayload,
  },
  puback: sequence('puback', 4, EITHER, RESERVED, PACKET_ID, ENDING),
  pubrec: sequence('pubrec', 5, EITHER, RESERVED, PACKET_ID, ENDING),
  pubrel: sequence('pubrel', 6, EITHER, RESERVED_2, PACKET_ID, ENDING),
  pubcomp: sequence('pubcomp', 7, EITHER, RESERVED, PACKET_ID, ENDING),
  subscribe: sequence('subscribe', 8, CLIENT, RESERVED_2, PACKET_ID, PROPERTIES, SUBSCRIPTIONS),
  suback: sequence('suback', 9, SERVER, RESERVED, PACKET_ID, PROPERTIES, REASON_CODES),
  unsubscribe: sequence('unsubscribe', 10, CLIENT, RESERVED_2, PACKET_ID, PROPERTIES, FILTERS),
  unsuback: sequence('unsuback', 11, SERVER, RESERVED, PACKET_ID, PROPERTIES, REASON_CODES),
  pingreq: sequence('pingreq', 12, CLIENT, RESERVED),
  pingresp: sequence('pingresp', 13, SERVER, RESERVED),
  disconnect: { ...sequence('disconnect', 14, EITHER, RESERVED, ENDING), from311: CLIENT },
  auth: { ...sequence('auth', 15, EITHER, RESERVED, ENDING), from311: NOBODY },
};

/** Bits of senders: who may send a packet in a version. */
export function sendersOf(spec: PacketSpec, version: ProtocolVersion): number {
  return (version === 4 ? spec.from311 : undefined) ?? spec.from;
}

/** Every AUTH needs an authentication method, and so does authentication data, sections 3.15.2.2.2 and 3.1.2.11.10. */
export function methodProblem(packet: Packet): string | undefined {
  const { type, properties } = packet as AuthPacket;
  const isNeeded = type === 'auth' || properties?.authenticationData !== undefined;
  return isNeeded && properties?.authenticationMethod === undefined ? MISSING : undefined;
}

/** A packet that is a sequence of fields. */
function sequence<Type extends PacketType>(
  type: Type,
  number: number,
  from: number,
  flags: readonly [number],
  ...fields: Field[]
): PacketSpec<Type> {
  return {
    number,
    from,
    flags,
    read(reader) {
      const packet: Fields = { type };
      readFields(reader, packet, fields);
      return packet as unknown as PacketOf<Type>;
    },
    write: (writer, packet) => writeFields(writer, packet as unknown as Fields, fields),
  };
}
