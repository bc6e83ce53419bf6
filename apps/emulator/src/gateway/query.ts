/** A parameter of a query string, decoded. */
export type Parameter = readonly [name: string, value: string];

/**
 * The parameters of a query string. A plus sign is itself, as in SigV4 and unlike in forms.
 *
 * @throws URIError where a percent sign begins no character
 */
export function parseQuery(query: string): Parameter[] {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
      return [decodeURIComponent(name), decodeURIComponent(value)] as const;
    });
}

/** Percent-encoding as RFC 3986 and SigV4 want it: everything but letters, digits and `-_.~`. */
export function encodeComponent(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
