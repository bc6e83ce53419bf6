/*
 * TABLE 1 turned around: for each packet the properties it may carry, by identifier for reading and by name for
 * writing.
 */
import { PROPERTIES, type PropertyHost, type PropertySpec } from './properties.ts';
import { SENDERS } from './sender.ts';
import { VALUE_TYPES, type ValueRules, type ValueType } from './value-types.ts';

/** A property as it stands in one kind of packet. */
export interface HostProperty extends ValueRules {
  readonly name: string;
  readonly id: number;
  readonly type: ValueType<unknown>;
  /** A bit of its own, to see repetitions. */
  readonly bit: number;
  /** Whether it may stand more than once, which makes the value an array. */
  readonly isMany: boolean;
  /** Bits of `SENDERS`: who may send it. */
  readonly senders: number;
}

/** The properties of one kind of packet. */
export interface HostProperties {
  readonly byId: readonly (HostProperty | undefined)[];
  readonly byName: ReadonlyMap<string, HostProperty>;
}

export const PROPERTIES_OF: { readonly [Host in PropertyHost]: HostProperties } = /* @__PURE__ */ turnAround();

function turnAround(): { [Host in PropertyHost]: HostProperties } {
  const hosts: { [Host in PropertyHost]?: { byId: (HostProperty | undefined)[]; byName: Map<string, HostProperty> } } =
    {};
  const rows: [name: string, spec: PropertySpec][] = Object.entries(PROPERTIES);
  for (const [index, [name, spec]] of rows.entries()) {
    for (const host of spec.in) {
      hosts[host] ??= { byId: Array.from({ length: 0x80 }), byName: new Map() };
      const type = VALUE_TYPES[spec.type];
      const property: HostProperty = {
        name,
        id: spec.id,
        type,
        bit: 1 << index,
        isMany: spec.many?.includes(host) ?? false,
        senders: SENDERS[spec.from?.[host] ?? 'either'],
        field: `${host === 'will' ? 'will.' : ''}properties.${name}`,
        min: spec.min ?? 0,
        max: spec.max ?? type.largest,
        outOfRange: spec.outOfRange ?? 0x82,
        topic: spec.topic ?? false,
      };
      hosts[host].byId[spec.id] = property;
      hosts[host].byName.set(name, property);
    }
  }
  return hosts as { [Host in PropertyHost]: HostProperties };
}
