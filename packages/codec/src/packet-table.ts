/*
 * TABLE 3: the control packets, section 2.1. One row each: number, who may send it in each version, the flags its
 * fixed header may have, and the functions that read and write what comes after the fixed header.
 */
import type { PacketOf, PacketType, ProtocolVersion } from './packet.ts';
import { readAck, writeAck } from './packets/acks.ts';
import { readAuth, writeAuth } from './packets/auth.ts';
import { readConnack, writeConnack } from './packets/connack.ts';
import { readConnect, writeConnect } from './packets/connect.ts';
import { readDisconnect, writeDisconnect } from './packets/disconnect.ts';
import { publishFlags, publishPayload, readPublish, writePublish } from './packets/publish.ts';
import { readSuback, readSubscribe, writeSuback, writeSubscribe } from './packets/subscribe.ts';
import { readUnsuback, readUnsubscribe, writeUnsuback, writeUnsubscribe } from './packets/unsubscribe.ts';
import type { Reader } from './reader.ts';
import type { SenderSet } from './sender.ts';
import type { Writer } from './writer.ts';

/** A row of the table of packets. */
export interface PacketSpec<Type extends PacketType = PacketType> {
  /** MQTT Control Packet type. */
  readonly number: number;
  /** Who may send it, in each version. */
  readonly from: { readonly [Version in ProtocolVersion]: SenderSet };
  /** Every value that the flags of the fixed header may have, section 2.1.3. Those to send are the first. */
  readonly flags: readonly number[];
  /** For PUBLISH, whose flags say something. */
  flagsOf?(packet: PacketOf<Type>): number;
  read(reader: Reader, flags: number): PacketOf<Type>;
  /** Writes what comes after the fixed header, but for the tail. */
  write(writer: Writer, packet: PacketOf<Type>, version: ProtocolVersion): void;
  /** What is left at the end of the packet: the payload of PUBLISH. */
  tailOf?(packet: PacketOf<Type>): Uint8Array;
}

const CLIENT = { 4: 'client', 5: 'client' } as const;
const SERVER = { 4: 'server', 5: 'server' } as const;
const EITHER = { 4: 'either', 5: 'either' } as const;
const NOTHING = () => {};

/** DUP, QoS and RETAIN without QoS 3 [MQTT-3.3.1-4] and without DUP at QoS 0 [MQTT-3.3.1-2]. */
const PUBLISH_FLAGS = [0, 1, 2, 3, 4, 5, 10, 11, 12, 13];

export const PACKETS: { readonly [Type in PacketType]: PacketSpec<Type> } = {
  connect: { number: 1, from: CLIENT, flags: [0], read: readConnect, write: writeConnect },
  connack: { number: 2, from: SERVER, flags: [0], read: readConnack, write: writeConnack },
  publish: {
    number: 3,
    from: EITHER,
    flags: PUBLISH_FLAGS,
    flagsOf: publishFlags,
    read: readPublish,
    write: writePublish,
    tailOf: publishPayload,
  },
  puback: { number: 4, from: EITHER, flags: [0], read: (reader) => readAck(reader, 'puback'), write: writeAck },
  pubrec: { number: 5, from: EITHER, flags: [0], read: (reader) => readAck(reader, 'pubrec'), write: writeAck },
  pubrel: { number: 6, from: EITHER, flags: [2], read: (reader) => readAck(reader, 'pubrel'), write: writeAck },
  pubcomp: { number: 7, from: EITHER, flags: [0], read: (reader) => readAck(reader, 'pubcomp'), write: writeAck },
  subscribe: { number: 8, from: CLIENT, flags: [2], read: readSubscribe, write: writeSubscribe },
  suback: { number: 9, from: SERVER, flags: [0], read: readSuback, write: writeSuback },
  unsubscribe: { number: 10, from: CLIENT, flags: [2], read: readUnsubscribe, write: writeUnsubscribe },
  unsuback: { number: 11, from: SERVER, flags: [0], read: readUnsuback, write: writeUnsuback },
  pingreq: { number: 12, from: CLIENT, flags: [0], read: () => ({ type: 'pingreq' }), write: NOTHING },
  pingresp: { number: 13, from: SERVER, flags: [0], read: () => ({ type: 'pingresp' }), write: NOTHING },
  disconnect: {
    number: 14,
    from: { 4: 'client', 5: 'either' },
    flags: [0],
    read: readDisconnect,
    write: writeDisconnect,
  },
  auth: { number: 15, from: { 4: 'nobody', 5: 'either' }, flags: [0], read: readAuth, write: writeAuth },
};
