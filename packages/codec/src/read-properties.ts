import { hex, malformed, protocolError } from './errors.ts';
import type { PropertiesOf, PropertyHost } from './properties.ts';
import { PROPERTIES_OF } from './property-hosts.ts';
import type { Reader } from './reader.ts';

/**
 * Reads a property length and the properties; `undefined` when there are none, as always in 3.1.1. A property that may
 * not stand here is Malformed (0x81), one that is repeated or that the other side may not send a Protocol Error (0x82),
 * sections 2.2.2.2 and 3.
 */
export function readProperties<Host extends PropertyHost>(reader: Reader, host: Host): PropertiesOf<Host> | undefined {
  if (reader.version === 4) return undefined;
  const length = reader.varint();
  if (length === 0) return undefined;
  const { byId } = PROPERTIES_OF[host];
  const properties: { [name: string]: unknown } = {};
  const end = reader.narrow(length);
  let seen = 0;
  while (reader.remaining > 0) {
    const id = reader.varint();
    const property = byId[id];
    if (property === undefined) throw malformed(`property ${hex(id)} is not allowed here`);
    const { name, bit } = property;
    if ((property.senders & reader.senders) === 0) throw protocolError(`${property.field} comes from the wrong side`);
    if ((seen & bit) === 0) {
      const value = property.type.read(reader, property);
      properties[name] = property.isMany ? [value] : value;
      seen |= bit;
    } else {
      if (!property.isMany) throw protocolError(`${property.field} is repeated`);
      (properties[name] as unknown[]).push(property.type.read(reader, property));
    }
  }
  reader.widen(end);
  if (properties['authenticationData'] !== undefined && properties['authenticationMethod'] === undefined) {
    throw protocolError('authentication data without a method');
  }
  return properties as PropertiesOf<Host>;
}
