import type { Packet, ProtocolVersion } from '../packet.ts';
import { bytes } from './bytes.test-helpers.ts';

/** A packet beside its bytes. `decodeOnly` are bytes that mean the packet but that we do not write. */
export interface Fixture {
  readonly name: string;
  readonly version: ProtocolVersion;
  readonly packet: Packet;
  readonly bytes: Uint8Array;
  readonly decodeOnly?: boolean;
}

export function fixture(version: ProtocolVersion, name: string, packet: Packet, ...hex: string[]): Fixture {
  return { name: `${name} ${version === 5 ? '(5.0)' : '(3.1.1)'}`, version, packet, bytes: bytes(...hex) };
}

export function decodeOnly(version: ProtocolVersion, name: string, packet: Packet, ...hex: string[]): Fixture {
  return { ...fixture(version, name, packet, ...hex), decodeOnly: true };
}
