import { expect, it } from 'vitest';
import { encode, packetSize } from '../encode.ts';
import type { Packet, ProtocolVersion } from '../packet.ts';
import { refusedField } from './bytes.test-helpers.ts';

/** A packet that may not be sent: the field that is told, the packet, the versions, the rules. */
export type Refusal = readonly [field: string, packet: object, versions: readonly ProtocolVersion[], ids?: string];

export const BOTH: readonly ProtocolVersion[] = [4, 5];

/** One test for each packet: it is neither written nor measured. */
export function itRefuses(refusals: readonly Refusal[]): void {
  const cases = refusals.map(([field, packet, versions, ids = '']) => ({ field, packet, versions, ids }));
  it.each(cases)('refuses $field of $packet in $versions $ids', ({ field, packet, versions }) => {
    for (const version of versions) {
      expect(refusedField(() => encode(packet as Packet, version))).toBe(field);
      expect(refusedField(() => packetSize(packet as Packet, version))).toBe(field);
    }
  });
}
