import { InvalidPacketError, protocolError } from '../errors.ts';
import type { AuthPacket, ProtocolVersion } from '../packet.ts';
import { readProperties } from '../read-properties.ts';
import type { Reader } from '../reader.ts';
import { hasProperties, writeProperties } from '../write-properties.ts';
import type { Writer } from '../writer.ts';
import { checkReasonCode, readReasonCode } from './reason.ts';

/*
 * Section 3.15.2 allows an AUTH of nothing, which means Success without properties, and demands an authentication
 * method in every AUTH. The empty form is taken at its word; every other AUTH has to have the method.
 */

export function writeAuth(writer: Writer, packet: AuthPacket, version: ProtocolVersion): void {
  const { reasonCode, properties } = packet;
  checkReasonCode(reasonCode, 'auth', version);
  if (reasonCode === 0 && !hasProperties(properties)) return;
  if (properties?.authenticationMethod === undefined) {
    throw new InvalidPacketError('properties.authenticationMethod', 'must be in every AUTH');
  }
  writer.byte(reasonCode);
  writeProperties(writer, 'auth', properties, version);
}

export function readAuth(reader: Reader): AuthPacket {
  if (reader.remaining === 0) return { type: 'auth', reasonCode: 0 };
  const reasonCode = readReasonCode(reader, 'auth');
  const properties = readProperties(reader, 'auth');
  if (properties?.authenticationMethod === undefined) throw protocolError('no authentication method');
  return { type: 'auth', reasonCode, properties };
}
