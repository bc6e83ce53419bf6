import { checkFlag, checkInteger } from '../check.ts';
import { InvalidPacketError, MalformedPacketError, malformed, protocolError } from '../errors.ts';
import type { ConnectPacket, ProtocolVersion, QoS, Will } from '../packet.ts';
import { readProperties } from '../read-properties.ts';
import type { Reader } from '../reader.ts';
import { topicNameProblem } from '../topic.ts';
import { isUtf8 } from '../utf8.ts';
import { writeProperties } from '../write-properties.ts';
import type { Writer } from '../writer.ts';

const PROTOCOL_NAME = 'MQTT';

/** The connect flags, section 3.1.2.3. Bit 0 is reserved. */
const CLEAN_START = 0x02;
const WILL = 0x04;
const WILL_QOS_SHIFT = 3;
const WILL_RETAIN = 0x20;
const PASSWORD = 0x40;
const USERNAME = 0x80;

/** Sections 3.1.2 and 3.1.3. */
export function writeConnect(writer: Writer, packet: ConnectPacket, version: ProtocolVersion): void {
  const { clientId, cleanStart, will, username, password } = packet;
  if (packet.protocolVersion !== version) throw new InvalidPacketError('protocolVersion', `must be ${version} here`);
  writer.string(PROTOCOL_NAME, 'protocolName'); // [MQTT-3.1.2-1]
  writer.byte(version);
  writer.byte(
    (checkFlag(cleanStart, 'cleanStart') * CLEAN_START) |
      (will === undefined ? 0 : willFlags(will)) |
      (password === undefined ? 0 : PASSWORD) |
      (username === undefined ? 0 : USERNAME),
  );
  writer.uint16(checkInteger(packet.keepAliveSeconds, 0, 0xffff, 'keepAliveSeconds'));
  writeProperties(writer, 'connect', packet.properties, version);
  writer.string(clientId, 'clientId');
  if (version === 4) checkConnect311(packet);
  if (will !== undefined) writeWill(writer, will, version);
  if (username !== undefined) writer.string(username, 'username');
  if (password !== undefined) writer.binary(password, 'password');
}

function checkConnect311({ clientId, cleanStart, username, password }: ConnectPacket): void {
  if (clientId === '' && !cleanStart) throw new InvalidPacketError('clientId', 'is empty without cleanStart'); // [MQTT3-3.1.3-7]
  if (password !== undefined && username === undefined) {
    throw new InvalidPacketError('password', 'needs a user name in MQTT 3.1.1'); // [MQTT3-3.1.2-22]
  }
}

function willFlags({ qos, retain }: Will): number {
  return (
    WILL | (checkInteger(qos, 0, 2, 'will.qos') << WILL_QOS_SHIFT) | (checkFlag(retain, 'will.retain') * WILL_RETAIN)
  );
}

function writeWill(writer: Writer, { topic, payload, properties }: Will, version: ProtocolVersion): void {
  writeProperties(writer, 'will', properties, version);
  writer.string(topic, 'will.topic');
  const problem = topicNameProblem(topic);
  if (problem !== undefined) throw new InvalidPacketError('will.topic', problem);
  writer.binary(payload, 'will.payload');
  if (properties?.payloadFormatIndicator === true && !isUtf8(payload)) {
    throw new InvalidPacketError('will.payload', 'is not UTF-8, which payloadFormatIndicator says it is');
  }
}

/** Reads a CONNECT of either version; the reader goes on in that version. */
export function readConnect(reader: Reader): ConnectPacket {
  const protocolVersion = readProtocol(reader);
  reader.version = protocolVersion;
  const flags = reader.byte();
  if ((flags & 1) !== 0) throw malformed('a reserved connect flag is set'); // [MQTT-3.1.2-3]
  const hasWill = (flags & WILL) !== 0;
  const willQos = (flags >> WILL_QOS_SHIFT) & 3;
  const willRetain = (flags & WILL_RETAIN) !== 0;
  if (willQos === 3) throw malformed('will QoS is 3'); // [MQTT-3.1.2-12]
  if (!hasWill && (willQos > 0 || willRetain)) throw malformed('will flags without a will'); // [MQTT-3.1.2-11, -13]
  const cleanStart = (flags & CLEAN_START) !== 0;
  const keepAliveSeconds = reader.uint16();
  const properties = readProperties(reader, 'connect');
  const clientId = reader.string();
  const will = hasWill ? readWill(reader, willQos as QoS, willRetain) : undefined;
  const username = (flags & USERNAME) !== 0 ? reader.string() : undefined;
  const password = (flags & PASSWORD) !== 0 ? reader.binary() : undefined;
  if (protocolVersion === 4) {
    if (clientId === '' && !cleanStart) throw new MalformedPacketError(0x85, 'client identifier is empty');
    if (password !== undefined && username === undefined) throw protocolError('password without a user name');
  }
  return {
    type: 'connect',
    protocolVersion,
    clientId,
    cleanStart,
    keepAliveSeconds,
    ...(will && { will }),
    ...(username !== undefined && { username }),
    ...(password && { password }),
    ...(properties && { properties }),
  };
}

function readProtocol(reader: Reader): ProtocolVersion {
  const name = reader.string();
  const version = reader.byte();
  if (name !== PROTOCOL_NAME || (version !== 4 && version !== 5)) {
    throw new MalformedPacketError(0x84, `unknown protocol ${name} ${version}`);
  }
  return version;
}

function readWill(reader: Reader, qos: QoS, retain: boolean): Will {
  const properties = readProperties(reader, 'will');
  const topic = reader.string();
  const problem = topicNameProblem(topic);
  if (problem !== undefined) throw protocolError(`will topic ${problem}`);
  const payload = reader.binary();
  return properties === undefined ? { topic, payload, qos, retain } : { topic, payload, qos, retain, properties };
}
