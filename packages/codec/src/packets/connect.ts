import { checkFlag, checkInteger } from '../check.ts';
import { NOT_ALLOWED, refuse, reject } from '../errors.ts';
import type { Will } from '../packet.ts';
import { type Field, type Fields, optional, part, PROPERTIES, unread, value } from './field.ts';
import { checkFormat } from './publish.ts';

export const PROTOCOL_NAME = 'MQTT';

/* The connect flags, section 3.1.2.3: the bit that each begins at. Bit 0 is reserved. */
export const CLEAN_START = 1;
export const WILL = 2;
export const WILL_QOS = 3;
export const WILL_RETAIN = 5;
export const PASSWORD = 6;
export const USERNAME = 7;

/** Section 3.1.2.1 to 3.1.2.9. */
export const PROTOCOL_AND_FLAGS: Field = {
  read: unread,
  write(writer, { protocolVersion, cleanStart, will, username, password }) {
    const { version } = writer;
    checkInteger(protocolVersion, version, version, 'protocolVersion');
    writer.string(PROTOCOL_NAME); // [MQTT-3.1.2-1]
    writer.byte(version);
    let flags = checkFlag(cleanStart, 'cleanStart') << CLEAN_START;
    if (will !== undefined) {
      const { qos, retain } = will as Fields;
      flags |= 1 << WILL;
      flags |= checkInteger(qos, 0, 2, 'will.qos') << WILL_QOS;
      flags |= checkFlag(retain, 'will.retain') << WILL_RETAIN;
    }
    if (username !== undefined) flags |= 1 << USERNAME;
    if (password !== undefined) flags |= 1 << PASSWORD;
    writer.byte(flags);
  },
};

/** What 5.0 allows and 3.1.1 does not: no name without a clean session [MQTT3-3.1.3-7], a password alone [MQTT3-3.1.2-22]. */
const IDENTITY: Field = {
  read(_reader, packet) {
    const field = identityProblem(packet);
    if (field) reject(NOT_ALLOWED, field);
  },
  write(_writer, packet) {
    const field = identityProblem(packet);
    if (field) refuse(NOT_ALLOWED, field);
  },
};

function identityProblem({ protocolVersion, clientId, cleanStart, username, password }: Fields): string | undefined {
  if (protocolVersion === 5) return undefined;
  if (clientId === '' && !cleanStart) return 'clientId';
  return password !== undefined && username === undefined ? 'password' : undefined;
}

/** The fields of a CONNECT in their order, sections 3.1.2 and 3.1.3 [MQTT-3.1.3-1]. */
export function connectFields(protocolAndFlags: Field): Field[] {
  const checkWill: Field = { read: () => {}, write: (_writer, will) => checkFormat(will as unknown as Will) };
  const will = part('will', PROPERTIES, value('topic', 'topic'), value('payload', 'binary'), checkWill);
  return [
    protocolAndFlags,
    value('keepAliveSeconds', 'u16'),
    PROPERTIES,
    value('clientId', 'string'),
    optional('will', will),
    optional('username', value('username', 'string')),
    optional('password', value('password', 'binary')),
    IDENTITY,
  ];
}
