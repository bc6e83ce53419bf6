/*
 * What an update makes of a shadow, and what differs between its two sections. Pure: a document in, a document out.
 */
import { isEqual, isObject, type Json, type JsonObject } from '../services/json.ts';
import type { Switches } from '../switches.ts';

/** The two sections of a shadow's state, or of its metadata. */
export interface Sections {
  readonly desired?: JsonObject;
  readonly reported?: JsonObject;
}

/** A shadow as it is kept. */
export interface ShadowDocument {
  readonly state: Sections;
  /** A timestamp for each leaf of the state. */
  readonly metadata: Sections;
  readonly version: number;
}

/** What an update asks for: a section that is null goes. */
export interface Patch {
  readonly desired?: JsonObject | null;
  readonly reported?: JsonObject | null;
}

/** State and its metadata, side by side. */
export interface Annotated {
  readonly state: JsonObject;
  readonly metadata: JsonObject;
}

type Rules = Pick<Switches, 'keepEmptyObjects' | 'arrayMetadata'>;

const NAMES = ['desired', 'reported'] as const;

/** Merges an update: objects by their names, lists and everything else as a whole; null removes. */
export function mergeShadow(
  { state, metadata }: Omit<ShadowDocument, 'version'>,
  patch: Patch,
  timestamp: number,
  rules: Rules,
): Omit<ShadowDocument, 'version'> {
  const merged = NAMES.map((name) => {
    const wanted = patch[name];
    const before = { state: state[name] ?? {}, metadata: metadata[name] ?? {} };
    const after = wanted === undefined ? before : wanted && merge(before, wanted, timestamp, rules);
    return { name, after };
  }).filter(({ after }) => after !== null && Object.keys(after.state).length > 0);
  return {
    state: Object.fromEntries(merged.map(({ name, after }) => [name, after?.state])),
    metadata: Object.fromEntries(merged.map(({ name, after }) => [name, after?.metadata])),
  };
}

function merge(before: Annotated, patch: JsonObject, timestamp: number, rules: Rules): Annotated {
  // Maps, because a name may be `__proto__`.
  const state = new Map(Object.entries(before.state));
  const metadata = new Map(Object.entries(before.metadata));
  for (const [name, value] of Object.entries(patch)) {
    const inner = isObject(value)
      ? merge(annotated(state.get(name), metadata.get(name)), value, timestamp, rules)
      : { state: value, metadata: stamp(value, timestamp, rules) };
    const isGone = value === null || (isEmpty(inner.state) && !rules.keepEmptyObjects);
    if (isGone) {
      state.delete(name);
      metadata.delete(name);
    } else {
      state.set(name, inner.state);
      metadata.set(name, inner.metadata);
    }
  }
  return { state: Object.fromEntries(state), metadata: Object.fromEntries(metadata) };
}

function annotated(state: Json | undefined, metadata: Json | undefined): Annotated {
  return isObject(state) && isObject(metadata) ? { state, metadata } : { state: {}, metadata: {} };
}

/** The metadata of what an update asked for, which is what its answer carries. */
export function metadataOfPatch(patch: Patch, timestamp: number, rules: Rules): Sections {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const wanted = patch[name];
      return isObject(wanted) ? [[name, merge({ state: {}, metadata: {} }, wanted, timestamp, rules).metadata]] : [];
    }),
  );
}

function stamp(value: Json, timestamp: number, { arrayMetadata }: Rules): Json {
  if (!Array.isArray(value) || arrayMetadata === 'one') return { timestamp };
  return value.map((item: Json) => stamp(item, timestamp, { arrayMetadata, keepEmptyObjects: true }));
}

/** What is desired and not reported so, with the metadata of what is desired; `undefined` when there is nothing. */
export function deltaOf({ state, metadata }: Omit<ShadowDocument, 'version'>): Annotated | undefined {
  return state.desired && difference(state.desired, state.reported ?? {}, metadata.desired ?? {});
}

function difference(desired: JsonObject, reported: JsonObject, metadata: JsonObject): Annotated | undefined {
  const found = Object.entries(desired).flatMap(([name, value]) => {
    const other = Object.hasOwn(reported, name) ? reported[name] : undefined;
    const note = metadata[name] ?? {};
    if (isEqual(value, other)) return [];
    if (!isObject(value) || !isObject(other)) return [{ name, state: value, metadata: note }];
    const inner = difference(value, other, isObject(note) ? note : {});
    return inner === undefined ? [] : [{ name, ...inner }];
  });
  if (found.length === 0) return undefined;
  return {
    state: Object.fromEntries(found.map(({ name, state }) => [name, state])),
    metadata: Object.fromEntries(found.map(({ name, metadata: note }) => [name, note])),
  };
}

function isEmpty(value: Json): boolean {
  return isObject(value) && Object.keys(value).length === 0;
}
