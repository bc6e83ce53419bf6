import { InvalidPacketError } from './errors.ts';
import type { ProtocolVersion } from './packet.ts';
import type { PropertiesOf, PropertyHost } from './properties.ts';
import { type HostProperty, PROPERTIES_OF } from './property-hosts.ts';
import type { Writer } from './writer.ts';

type Values = { readonly [name: string]: unknown };

/**
 * Writes a property length and the properties; in 3.1.1, which has neither, it writes nothing and refuses any property.
 * Throws `InvalidPacketError`, also for names that the packet may not have.
 */
export function writeProperties<Host extends PropertyHost>(
  writer: Writer,
  host: Host,
  properties: PropertiesOf<Host> | undefined,
  version: ProtocolVersion,
): void {
  if (version === 4) return refuseProperties(host, properties);
  const start = writer.beginLength(); // an empty set still has its length [MQTT-2.2.2-1]
  if (properties === undefined) return;
  const { byName } = PROPERTIES_OF[host];
  const values: Values = properties;
  for (const name in values) {
    const value = values[name];
    if (value === undefined) continue;
    const property = byName.get(name);
    if (property === undefined) throw new InvalidPacketError(fieldOf(host, name), 'is not allowed in this packet');
    if (property.isMany) writeMany(writer, property, value);
    else {
      writer.byte(property.id);
      property.type.write(writer, value, property);
    }
  }
  if (values['authenticationData'] !== undefined && values['authenticationMethod'] === undefined) {
    throw new InvalidPacketError('properties.authenticationData', 'needs an authentication method');
  }
  writer.endLength(start);
}

/** Whether anything would be written, for the packets that may end before their properties. */
export function hasProperties(properties: object | undefined): boolean {
  if (properties === undefined) return false;
  return Object.values(properties).some((value) => value !== undefined && (!Array.isArray(value) || value.length > 0));
}

function writeMany(writer: Writer, property: HostProperty, value: unknown): void {
  if (!Array.isArray(value)) throw new InvalidPacketError(property.field, 'must be an array');
  for (let index = 0; index < value.length; index++) {
    writer.byte(property.id);
    try {
      property.type.write(writer, value[index], property);
    } catch (error) {
      if (!(error instanceof InvalidPacketError)) throw error;
      throw new InvalidPacketError(`${property.field}[${index}]`, error.problem);
    }
  }
}

function refuseProperties(host: PropertyHost, properties: object | undefined): void {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value !== undefined) throw new InvalidPacketError(fieldOf(host, name), 'does not exist in MQTT 3.1.1');
  }
}

function fieldOf(host: PropertyHost, name: string): string {
  return `${host === 'will' ? 'will.' : ''}properties.${name}`;
}
