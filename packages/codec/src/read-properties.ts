import { hex, malformed, NOT_ALLOWED, reject } from './errors.ts';
import type { PropertyHost } from './properties.ts';
import { MANY, PROPERTY_INDEX } from './property-index.ts';
import type { Reader } from './reader.ts';

/**
 * Reads a property length and the properties into `target`, which stays without when there are none, as always in
 * 3.1.1. A property that may not stand here is Malformed (0x81); one that is repeated, or that only the other side may
 * send, is a Protocol Error (0x82), section 2.2.2.2.
 */
export function readProperties(reader: Reader, host: PropertyHost, target: { properties?: unknown }): void {
  const length = reader.version === 5 ? reader.varint() : 0;
  if (length === 0) return;
  const end = reader.narrow(length);
  const properties: { [name: string]: unknown } = {};
  let seen = 0;
  while (reader.remaining > 0) {
    const id = reader.varint();
    const row = PROPERTY_INDEX.byId[id];
    const use = row?.uses[host];
    if (row === undefined || use === undefined) throw malformed(`property ${hex(id)} ${NOT_ALLOWED}`);
    const { name, bit } = row;
    const isFirst = (seen & bit) === 0;
    if ((use & reader.senders) === 0) reject(NOT_ALLOWED, name);
    if (!isFirst && use < MANY) reject('is repeated', name);
    const value = row.type.read(reader, row);
    if (use < MANY) properties[name] = value;
    else if (isFirst) properties[name] = [value];
    else (properties[name] as unknown[]).push(value);
    seen |= bit;
  }
  reader.widen(end);
  target.properties = properties;
}
