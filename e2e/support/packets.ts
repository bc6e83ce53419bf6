import { Decoder, encode, type Packet, type ProtocolVersion } from '@mqtide/codec';

/** The first byte of a CONNECT. */
const CONNECT = 0x10;

/** The bytes of packets, one after the other: what a server sends in one frame. */
export function bytesOf(packets: readonly Packet[], version: ProtocolVersion = 5): Uint8Array {
  return new Uint8Array(Buffer.concat(packets.map((packet) => encode(packet, version))));
}

/** The packets in frames that one client sent on one connection. */
export function packetsIn(frames: readonly Uint8Array[]): Packet[] {
  const decoder = new Decoder({ version: 5, sender: 'client' });
  return frames.flatMap((frame) => decoder.push(frame));
}

/** The packets of each connection of a server, told apart by their CONNECT. */
export function connectionsIn(frames: readonly Uint8Array[]): Packet[][] {
  const connections: Uint8Array[][] = [];
  for (const frame of frames) {
    if (frame[0] === CONNECT) connections.push([]);
    connections.at(-1)?.push(frame);
  }
  return connections.map(packetsIn);
}

/** A CONNACK that accepts a new session and limits nothing. */
export const CONNACK: Uint8Array = bytesOf([{ type: 'connack', sessionPresent: false, reasonCode: 0, properties: {} }]);

/** The answer to a PINGREQ. */
export const PINGRESP: Uint8Array = bytesOf([{ type: 'pingresp' }]);
