/** A value in JSON. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object in JSON. */
export interface JsonObject {
  readonly [name: string]: Json;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two values say the same; the order of names does not matter. */
export function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item: Json, index) => isEqual(item, b[index] as Json));
  }
  if (isObject(a) && isObject(b)) {
    const names = Object.keys(a);
    return (
      names.length === Object.keys(b).length &&
      names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]))
    );
  }
  return a === b;
}

/** Whether more objects and lists than that are inside one another: `{}` is one. What is deeper is not looked at. */
export function isDeeperThan(levels: number, value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels < 1 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

/** Whether there is a list with a null in it, at any depth. */
export function hasNullInList(value: Json): boolean {
  if (Array.isArray(value)) return value.some((item: Json) => item === null || hasNullInList(item));
  return isObject(value) && Object.values(value).some(hasNullInList);
}

/** What a payload says in JSON, or why it says nothing. */
export function readJson(payload: Uint8Array): { readonly value: unknown } | { readonly problem: 'encoding' | 'json' } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(payload);
  } catch {
    return { problem: 'encoding' };
  }
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { problem: 'json' };
  }
}
