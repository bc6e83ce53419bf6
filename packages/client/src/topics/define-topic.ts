import { validateTopicFilter } from '@mqtide/codec';
import type { Message } from '../message.ts';
import { type ParamsOf, levelsOf, readParams, writeTopic } from './pattern.ts';
import type { OutputOf, SchemaIssue, StandardSchema } from './standard-schema.ts';

/** A message with what its topic and its payload say. */
export interface TypedMessage<Params, Data> extends Message {
  /** The levels of the topic that the pattern names. */
  readonly params: Params;
  /** The payload: parsed as JSON, and checked by the schema if there is one. */
  readonly data: Data;
}

/** A topic with named levels. */
export interface Topic<Pattern extends string, Data> {
  readonly pattern: Pattern;
  /** The filter to subscribe to. */
  readonly filter: string;
  /** The topic of one set of levels. Throws a `TypeError` for a level that is empty or has `/`, `+`, `#` or U+0000. */
  format(params: ParamsOf<Pattern>): string;
  /** The named levels of a topic, or `undefined` when it does not match. */
  match(topic: string): ParamsOf<Pattern> | undefined;
  /** Reads a message. Throws, or rejects with, an `InvalidMessageError`. */
  read(message: Message): Promise<TypedMessage<ParamsOf<Pattern>, Data>>;
  /**
   * Reads the messages of a subscription, or of whatever else gives messages. `onInvalid` is told of one that cannot be
   * read; without it the loop throws. Leaving the loop unsubscribes.
   */
  messages(
    messages: AsyncIterable<Message>,
    onInvalid?: (error: InvalidMessageError, message: Message) => void,
  ): AsyncGenerator<TypedMessage<ParamsOf<Pattern>, Data>, void>;
  /** Makes a handler for `subscribe`. A message that cannot be read goes to `onUnhandledError`. */
  handler(
    callback: (message: TypedMessage<ParamsOf<Pattern>, Data>) => unknown,
  ): (message: Message) => Promise<unknown>;
}

/** The topic, the JSON or the data of a message is not what the definition says. */
export class InvalidMessageError extends Error {
  override readonly name = 'InvalidMessageError';
  readonly topic: string;
  /** What the schema found wrong; empty when it is the topic or the JSON. */
  readonly issues: readonly SchemaIssue[];

  constructor(topic: string, message: string, issues: readonly SchemaIssue[] = [], cause?: unknown) {
    super(`${message} Topic: '${topic}'.`, cause === undefined ? undefined : { cause });
    this.topic = topic;
    this.issues = issues;
  }
}

/**
 * Defines a topic with named levels: `plants/{plant}/temp`, or `plants/{plant}/{rest...}` where the last name takes all
 * further levels. With a schema that follows Standard Schema, the data of its messages is checked and typed.
 *
 * Throws a `TypeError` for a pattern that cannot be a topic filter.
 */
export function defineTopic<const Pattern extends string>(pattern: Pattern): Topic<Pattern, unknown>;
export function defineTopic<const Pattern extends string, Schema extends StandardSchema>(
  pattern: Pattern,
  options: { readonly schema: Schema },
): Topic<Pattern, OutputOf<Schema>>;
export function defineTopic(
  pattern: string,
  { schema }: { readonly schema?: StandardSchema } = {},
): Topic<string, unknown> {
  const levels = levelsOf(pattern);
  const filter = levels
    .map((level) => (level.kind === 'text' ? level.text : level.kind === 'one' ? '+' : '#'))
    .join('/');
  const problem = validateTopicFilter(filter);
  if (problem !== undefined) throw new TypeError(`The pattern '${pattern}' ${problem}.`);

  const read = async (message: Message): Promise<TypedMessage<Record<string, string>, unknown>> => {
    const params = readParams(levels, message.topic);
    if (params === undefined) throw new InvalidMessageError(message.topic, `The topic does not match '${pattern}'.`);
    const data = await check(schema, message.topic, parse(message));
    // The message keeps its methods: what is added lies on an object in front of it. To acknowledge is its own affair.
    const acknowledge = (): void => message.acknowledge();
    return Object.assign(Object.create(message) as Message, { params, data, acknowledge });
  };
  return {
    pattern,
    filter,
    format: (params) => writeTopic(levels, params),
    match: (topic) => readParams(levels, topic),
    read,
    async *messages(messages, onInvalid) {
      for await (const message of messages) {
        const typed = await read(message).catch((error: unknown) => {
          if (onInvalid === undefined || !(error instanceof InvalidMessageError)) throw error;
          onInvalid(error, message);
        });
        if (typed !== undefined) yield typed;
      }
    },
    handler: (callback) => async (message) => callback(await read(message)),
  };
}

function parse(message: Message): unknown {
  try {
    return message.json();
  } catch (cause) {
    throw new InvalidMessageError(message.topic, 'The payload is not JSON.', [], cause);
  }
}

async function check(schema: StandardSchema | undefined, topic: string, value: unknown): Promise<unknown> {
  if (schema === undefined) return value;
  const result = await schema['~standard'].validate(value);
  if (result.issues === undefined) return result.value;
  const text = result.issues.map(({ message }) => message).join('; ');
  throw new InvalidMessageError(topic, `The payload is not what the schema asks for: ${text}.`, result.issues);
}
