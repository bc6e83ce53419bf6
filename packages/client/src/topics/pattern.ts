/** The names in a pattern. */
type NamesOf<Pattern extends string> = Pattern extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${infer Bare}...` ? Bare : Name) | NamesOf<Rest>
  : never;

/** The named levels of a pattern, each a string. */
export type ParamsOf<Pattern extends string> = string extends Pattern
  ? Readonly<Record<string, string>>
  : { readonly [Name in NamesOf<Pattern>]: string };

/** One level of a pattern: as it stands, any one level, or all that follow. */
export type Level =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'one' | 'rest'; readonly name: string };

export function levelsOf(pattern: string): Level[] {
  return pattern.split('/').map((text) => {
    const name = /^\{([^{}]+?)(\.\.\.)?\}$/.exec(text);
    if (name !== null) return { kind: name[2] === undefined ? 'one' : 'rest', name: name[1] as string };
    if (/[{}+#]/.test(text)) throw new TypeError(`A name in braces takes a whole level: '${text}' in '${pattern}'.`);
    return { kind: 'text', text };
  });
}

export function writeTopic(levels: readonly Level[], params: Readonly<Record<string, string>>): string {
  return levels
    .map((level) => {
      if (level.kind === 'text') return level.text;
      const value = params[level.name];
      const forbidden = level.kind === 'one' ? /[/+#\0]/ : /[+#\0]/;
      if (typeof value !== 'string' || value === '' || forbidden.test(value))
        throw new TypeError(`'${String(value)}' cannot stand for {${level.name}} in a topic.`);
      return value;
    })
    .join('/');
}

export function readParams(levels: readonly Level[], topic: string): Record<string, string> | undefined {
  const parts = topic.split('/');
  const params: Record<string, string> = {};
  for (const [index, level] of levels.entries()) {
    const part = parts[index];
    if (level.kind === 'rest') {
      params[level.name] = parts.slice(index).join('/');
      return params;
    }
    if (part === undefined || (level.kind === 'text' && part !== level.text)) return undefined;
    if (level.kind === 'one') params[level.name] = part;
  }
  return parts.length === levels.length ? params : undefined;
}
