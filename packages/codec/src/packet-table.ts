/*
 * TABLE 3: the control packets, section 2.1. One row each: number, who may send it, the flags its fixed header may
 * have, and how what comes after the fixed header is read and written.
 */
import { MISSING } from './errors.ts';
import type { AuthPacket, Packet, PacketType, ProtocolVersion } from './packet.ts';
import { CONNACK_ENDING, SESSION_PRESENT } from './packets/connack.ts';
import { connectFields, PROTOCOL_AND_FLAGS } from './packets/connect.ts';
import { type Field, type Fields, PACKET_ID, PROPERTIES, readFields, writeFields } from './packets/field.ts';
import { publishFlags, publishPayload, readPublish, writePublish } from './packets/publish.ts';
import { ENDING, REASON_CODE, REASON_CODES } from './packets/reason.ts';
import { FILTERS, SUBSCRIPTIONS } from './packets/subscribe.ts';
import type { Reader } from './reader.ts';
import { CLIENT, EITHER, NOBODY, SERVER } from './sender.ts';
import type { Writer } from './writer.ts';

/** A row of the table of packets. */
export interface PacketSpec {
  readonly type: PacketType;
  /** MQTT Control Packet type. */
  readonly number: number;
  /** Bits of senders: who may send it, in 3.1.1 and in 5.0. */
  readonly from: { readonly [Version in ProtocolVersion]: number };
  /** Every value that the flags of the fixed header may have, section 2.1.3. */
  readonly flags: readonly [number, ...number[]];
  /** For PUBLISH, whose flags say something. */
  flagsOf?(packet: Packet): number;
  read(reader: Reader, flags: number): Packet;
  /** Writes what comes after the fixed header, but for the tail. */
  write(writer: Writer, packet: Packet): void;
  /** What is left at the end of the packet: the payload of PUBLISH. */
  tailOf?(packet: Packet): Uint8Array;
}

const BY_CLIENT = { 4: CLIENT, 5: CLIENT };
const BY_SERVER = { 4: SERVER, 5: SERVER };
const BY_EITHER = { 4: EITHER, 5: EITHER };

/** Every packet, in the order of the numbers from 1. Those that only a client sends are read by `from-client.ts`. */
export const PACKETS: readonly PacketSpec[] = /* @__PURE__ */ packets();

function packets(): PacketSpec[] {
  return [
    sequence('connect', 1, BY_CLIENT, 0, ...connectFields(PROTOCOL_AND_FLAGS)),
    sequence('connack', 2, BY_SERVER, 0, SESSION_PRESENT, REASON_CODE, CONNACK_ENDING),
    {
      type: 'publish',
      number: 3,
      from: BY_EITHER,
      // DUP, QoS and RETAIN without QoS 3 [MQTT-3.3.1-4] and without DUP at QoS 0 [MQTT-3.3.1-2].
      flags: [0, 1, 2, 3, 4, 5, 10, 11, 12, 13],
      flagsOf: publishFlags,
      read: readPublish,
      write: writePublish,
      tailOf: publishPayload,
    },
    sequence('puback', 4, BY_EITHER, 0, PACKET_ID, ENDING),
    sequence('pubrec', 5, BY_EITHER, 0, PACKET_ID, ENDING),
    sequence('pubrel', 6, BY_EITHER, 2, PACKET_ID, ENDING),
    sequence('pubcomp', 7, BY_EITHER, 0, PACKET_ID, ENDING),
    sequence('subscribe', 8, BY_CLIENT, 2, PACKET_ID, PROPERTIES, SUBSCRIPTIONS),
    sequence('suback', 9, BY_SERVER, 0, PACKET_ID, PROPERTIES, REASON_CODES),
    sequence('unsubscribe', 10, BY_CLIENT, 2, PACKET_ID, PROPERTIES, FILTERS),
    sequence('unsuback', 11, BY_SERVER, 0, PACKET_ID, PROPERTIES, REASON_CODES),
    sequence('pingreq', 12, BY_CLIENT, 0),
    sequence('pingresp', 13, BY_SERVER, 0),
    sequence('disconnect', 14, { 4: CLIENT, 5: EITHER }, 0, ENDING),
    sequence('auth', 15, { 4: NOBODY, 5: EITHER }, 0, ENDING),
  ];
}

/** Every AUTH needs an authentication method, and so does authentication data, sections 3.15.2.2.2 and 3.1.2.11.10. */
export function methodProblem(packet: Packet): string | undefined {
  const { type, properties } = packet as AuthPacket;
  const isNeeded = type === 'auth' || properties?.authenticationData;
  return isNeeded && properties?.authenticationMethod === undefined ? MISSING : undefined;
}

/** A packet that is a sequence of fields. */
function sequence(
  type: PacketType,
  number: number,
  from: PacketSpec['from'],
  flags: number,
  ...fields: Field[]
): PacketSpec {
  return {
    type,
    number,
    from,
    flags: [flags],
    read: readerOf(type, fields),
    write: (writer, packet) => writeFields(writer, packet as unknown as Fields, fields),
  };
}

/** Reads a packet that is a sequence of fields. */
export function readerOf(type: PacketType, fields: readonly Field[]): PacketSpec['read'] {
  return (reader) => {
    const packet: Fields = { type };
    readFields(reader, packet, fields);
    return packet as unknown as Packet;
  };
}
