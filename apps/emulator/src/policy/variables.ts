import { literal } from './pattern.ts';

/** The policy variables of a connection: text, or several values such as those of `iot:ConnectAttributes`. */
export type Variables = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What `${*}`, `${?}` and `${$}` stand for. */
const ESCAPES: Readonly<Record<string, string>> = { '*': '*', '?': '?', $: '$' };

/** Puts values in place of `${name}`; `undefined` when one of them has no value: the statement then fits nothing. */
export function resolveVariables(text: string, variables: Variables): string | undefined {
  let isComplete = true;
  const resolved = text.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
    const value = ESCAPES[name] ?? variables[name];
    if (typeof value === 'string') return literal(value);
    isComplete = false;
    return '';
  });
  return isComplete ? resolved : undefined;
}
