/** The same object without the properties that are `undefined`: an optional property is either there or not. */
export function defined<Optional extends object>(
  object: Optional,
): {
  [Name in keyof Optional]?: Exclude<Optional[Name], undefined>;
} {
  const result: { [Name in keyof Optional]?: Exclude<Optional[Name], undefined> } = {};
  for (const name of Object.keys(object) as (keyof Optional)[])
    if (object[name] !== undefined) result[name] = object[name] as Exclude<Optional[keyof Optional], undefined>;
  return result;
}
