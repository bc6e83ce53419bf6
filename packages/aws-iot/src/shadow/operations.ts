import { type Names, type Operation, operation } from '../operation.ts';
import type { DeletedShadow, ShadowDocument, UpdatedShadow, UpdateShadowRequest } from './types.ts';

/** Which shadow: that of a thing, or a named one. */
export interface ShadowNames {
  /** At most 128 characters. */
  readonly thingName: string;
  /** At most 64 characters. @default the classic shadow, which has no name */
  readonly shadowName?: string;
}

/** The topics of one kind of shadow. */
export interface ShadowOperations {
  readonly get: Operation<object, ShadowDocument>;
  readonly update: Operation<UpdateShadowRequest, UpdatedShadow>;
  readonly delete: Operation<object, DeletedShadow>;
  readonly deltas: string;
  readonly documents: string;
}

const rows = (prefix: string): ShadowOperations => ({
  get: operation(`${prefix}/get`, { reads: true }),
  update: operation(`${prefix}/update`),
  delete: operation(`${prefix}/delete`),
  deltas: `${prefix}/update/delta`,
  documents: `${prefix}/update/documents`,
});

const CLASSIC: ShadowOperations = /* @__PURE__ */ rows('$aws/things/{thingName}/shadow');
const NAMED: ShadowOperations = /* @__PURE__ */ rows('$aws/things/{thingName}/shadow/name/{shadowName}');

/** The operations of a shadow, and the names for their topics. */
export function shadowOperations({ thingName, shadowName }: ShadowNames): {
  readonly operations: ShadowOperations;
  readonly names: Names;
} {
  // An empty name is no classic shadow: it is a mistake, and is refused as one.
  return shadowName === undefined
    ? { operations: CLASSIC, names: { thingName } }
    : { operations: NAMED, names: { thingName, shadowName } };
}
