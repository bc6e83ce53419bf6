/*
 * TABLE 1 made ready for use: its rows by identifier for reading and by name for writing.
 */
import { PROPERTIES, type PropertyHost, type PropertySpec } from './properties.ts';
import { EITHER } from './sender.ts';
import { VALUE_TYPES, type ValueRules, type ValueType } from './value-types.ts';

/** Bit of a use, beside the bits of senders: it may stand more than once, which makes the value an array. */
export const MANY = 4;

/** A row of the table of properties. */
export interface PropertyRow extends ValueRules {
  readonly id: number;
  readonly type: ValueType;
  /** A bit of its own, to see repetitions. */
  readonly bit: number;
  /** For each packet that may have it: bits of senders, and `MANY`. */
  readonly uses: { readonly [Host in PropertyHost]?: number };
}

interface PropertyIndex {
  readonly byId: readonly (PropertyRow | undefined)[];
  readonly byName: ReadonlyMap<string, PropertyRow>;
}

export const PROPERTY_INDEX: PropertyIndex = /* @__PURE__ */ indexProperties();

function indexProperties(): PropertyIndex {
  const byId: PropertyRow[] = [];
  const byName = new Map<string, PropertyRow>();
  for (const [name, spec] of Object.entries<PropertySpec>(PROPERTIES)) {
    const uses: { [Host in PropertyHost]?: number } = {};
    for (const host of spec.in) uses[host] = (spec.from?.[host] ?? EITHER) + (spec.many?.includes(host) ? MANY : 0);
    const { id, min = 0, outOfRange = 0x82 } = spec;
    const type = VALUE_TYPES[spec.type];
    const row: PropertyRow = {
      name,
      id,
      type,
      bit: 1 << byName.size,
      uses,
      min,
      max: spec.max ?? type.largest,
      outOfRange,
    };
    byId[id] = row;
    byName.set(name, row);
  }
  return { byId, byName };
}
