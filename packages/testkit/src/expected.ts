/** Some of the fields of a value, as deep as they go. Arrays and bytes are given whole. */
export type Expected<Value> = Value extends Uint8Array | readonly unknown[] | string | number | boolean | undefined
  ? Value
  : { readonly [Key in keyof Value]?: Expected<Value[Key]> };

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes [${Array.from(value).join(' ')}]`;
  return JSON.stringify(value) ?? String(value);
}

function isSame(left: unknown, right: unknown): boolean {
  return Object.is(left, right) || show(left) === show(right);
}

/** Names every field that is not as expected: `properties.receiveMaximum: expected 1, got 2`. */
export function differences(actual: unknown, expected: unknown, path = ''): string[] {
  if (isPlainObject(expected) && isPlainObject(actual)) {
    return Object.entries(expected).flatMap(([key, value]) =>
      differences(actual[key], value, path === '' ? key : `${path}.${key}`),
    );
  }
  return isSame(actual, expected) ? [] : [`${path}: expected ${show(expected)}, got ${show(actual)}`];
}
