/** A character that a variable brought in and that is no wildcard: U+E000 and the next stand for `*` and `?`. */
const LITERAL_STAR = '\uE000';
const LITERAL_MARK = '\uE001';

/** Wildcards in the value of a variable are plain characters. */
export function literal(value: string): string {
  return value.replaceAll('*', LITERAL_STAR).replaceAll('?', LITERAL_MARK);
}

/**
 * Whether a resource matches a pattern of a policy: `*` is anything, slashes included, `?` is any one character, and the
 * wildcards of MQTT are characters like any other.
 */
export function matchesPattern(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replaceAll(LITERAL_STAR, String.raw`\*`)
    .replaceAll(LITERAL_MARK, String.raw`\?`);
  return new RegExp(`^${source}$`, 's').test(text);
}
