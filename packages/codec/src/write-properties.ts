import { checkArray } from './check.ts';
import { NOT_ALLOWED, refuse } from './errors.ts';
import type { PropertyHost } from './properties.ts';
import { MANY, PROPERTY_INDEX, type PropertyRow } from './property-index.ts';
import type { Writer } from './writer.ts';

/**
 * Writes a property length and the properties; in 3.1.1, which has neither, it writes nothing and refuses any property.
 * Throws `InvalidPacketError`, also for names that the packet may not have.
 */
export function writeProperties(writer: Writer, host: PropertyHost, properties: object | undefined): void {
  const start = writer.beginLength(); // an empty set still has its length [MQTT-2.2.2-1]
  if (properties !== undefined) writeAll(writer, host, properties);
  if (writer.version === 4) writer.truncate(start - 1);
  else if (properties !== undefined) writer.endLength(start);
}

function writeAll(writer: Writer, host: PropertyHost, properties: object): void {
  writer.path.push('properties');
  const values = properties as { readonly [name: string]: unknown };
  for (const name in values) {
    const value = values[name];
    if (value === undefined) continue;
    writer.path.push(name);
    const row = PROPERTY_INDEX.byName.get(name);
    const use = row?.uses[host];
    if (row === undefined || use === undefined || writer.version === 4) return refuse(NOT_ALLOWED);
    if (use < MANY) writeOne(writer, value, row);
    else writeItems(writer, value, writeOne, row);
    writer.path.pop();
  }
  writer.path.pop();
}

function writeOne(writer: Writer, value: unknown, row: PropertyRow): void {
  writer.byte(row.id);
  row.type.write(writer, value, row);
}

/** Writes the items of a list, so that an error tells which of them is wrong. */
export function writeItems<Item, Context>(
  writer: Writer,
  items: unknown,
  write: (writer: Writer, item: Item, context: Context) => void,
  context: Context,
): void {
  for (const [index, item] of checkArray(items).entries()) {
    writer.path.push(index);
    write(writer, item as Item, context);
    writer.path.pop();
  }
}
