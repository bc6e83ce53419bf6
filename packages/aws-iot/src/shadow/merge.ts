/*
 * A patch applied to a state, as the service does it: objects are merged, `null` deletes, everything else replaces,
 * arrays too. Neither is changed.
 */
import type { ShadowState, UpdateShadowRequest } from './types.ts';

/** The state after an update. A section with nothing left is gone. */
export function mergeState<State extends object>(
  state: ShadowState<State>,
  patch: UpdateShadowRequest<State>['state'],
): ShadowState<State> {
  const merged = merge(state, patch) as Record<string, object>;
  return Object.fromEntries(Object.entries(merged).filter(([, section]) => Object.keys(section).length > 0));
}

function merge(base: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  // A map, because `__proto__` is a key like any other.
  const merged = new Map(isObject(base) ? Object.entries(base) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (value !== undefined) merged.set(key, merge(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
