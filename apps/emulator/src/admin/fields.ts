import type { PolicyDocument } from '../policy/policy.ts';

/** What a request to the admin API carries. */
export type Body = Readonly<Record<string, unknown>>;

/** @throws Error where it is no text */
export function text(body: Body, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || value === '') throw new Error(`${name} must be a text.`);
  return value;
}

/** A name that is to be a level of a topic. @throws Error where it is none */
export function topicLevel(body: Body, name: string): string {
  const value = text(body, name);
  if (/[/+#\0]/.test(value) || value.length > 128) throw new Error(`${name} must have no /, + or #, and be short.`);
  return value;
}

/** @throws Error where it is there and no text */
export function optionalText(body: Body, name: string): string | undefined {
  return body[name] === undefined ? undefined : text(body, name);
}

/** @throws Error where it is there and no number */
export function number(body: Body, name: string, byDefault?: number): number {
  const value = body[name] ?? byDefault;
  if (typeof value !== 'number') throw new Error(`${name} must be a number.`);
  return value;
}

/** The whole body, for a table of numbers. @throws Error where something in it is neither a number nor `null` */
export function numbers(body: Body): Body {
  for (const [name, value] of Object.entries(body)) if (value !== null) number(body, name);
  return body;
}

/** @throws Error where it is no object */
export function object(body: Body, name: string): Body {
  const value = body[name];
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${name} must be an object.`);
  return value as Body;
}

/** @throws Error where it is no list of objects */
export function objects(body: Body, name: string): readonly Body[] {
  const value = body[name];
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'object' || one === null)) {
    throw new Error(`${name} must be a list of objects.`);
  }
  return value as Body[];
}

/** @throws Error where it is there and no list of texts */
export function texts(body: Body, name: string): readonly string[] {
  const value = body[name] ?? [];
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string')) {
    throw new Error(`${name} must be a list of texts.`);
  }
  return value as string[];
}

/** @throws Error where it is no policy */
export function policy(body: Body, name: string): PolicyDocument {
  const document = object(body, name);
  const statements = [document['Statement']].flat();
  const isPolicy = statements.every((one) => typeof one === 'object' && one !== null && 'Effect' in one);
  if (!isPolicy) throw new Error(`${name} must be a policy document.`);
  return document as unknown as PolicyDocument;
}

/**
 * Changes the fields of a table of settings. `null` stands for no limit, which JSON cannot say.
 *
 * @throws Error for a field that the table does not have
 */
export function change<Settings extends object>(settings: Settings, body: Body): Settings {
  for (const [name, value] of Object.entries(body)) {
    const wanted = value === null ? Number.POSITIVE_INFINITY : value;
    if (!Object.hasOwn(settings, name)) throw new Error(`There is no ${name}.`);
    Object.assign(settings, { [name]: wanted });
  }
  return settings;
}
