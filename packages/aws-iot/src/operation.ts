import { RequestError } from './errors.ts';

/** One operation of a service, as a row of its table. */
export interface Operation<Request = unknown, Response = unknown> {
  /** Where the request is published. A level in braces stands for a name. */
  readonly topic: string;
  /** The answers' topics, behind the request's. */
  readonly accepted: string;
  readonly rejected: string;
  /**
   * How an answer finds its request: by the client token in both, or by the topic alone, for the services that have no
   * token; then one request at a time is under way on a topic.
   */
  readonly correlation: 'token' | 'topic';
  /** Whether it changes nothing, so that it can be asked again. */
  readonly reads?: boolean;
  /** Types only: no row has it. */
  readonly types?: { readonly request: Request; readonly response: Response };
}

/** A row whose answers come on `/accepted` and `/rejected`. */
export function operation<Request, Response>(
  topic: string,
  { correlation = 'token', reads = false }: Partial<Pick<Operation, 'correlation' | 'reads'>> = {},
): Operation<Request, Response> {
  return { topic, accepted: `${topic}/accepted`, rejected: `${topic}/rejected`, correlation, reads };
}

/** The names in topics, by the words in braces. */
export type Names = Readonly<Record<string, string>>;

/**
 * A topic with its names. Built of levels and never by replacing text in it: shadow names may contain `$`, which means
 * something there. Throws `INVALID_ARGUMENT` for a name that is empty, or is no single level of a topic.
 */
export function topicOf(template: string, names: Names): string {
  return template
    .split('/')
    .map((level) => {
      if (!level.startsWith('{')) return level;
      const word = level.slice(1, -1);
      return checkName(word, names[word]);
    })
    .join('/');
}

/** Throws `INVALID_ARGUMENT`. */
export function checkName(word: string, name: unknown): string {
  if (typeof name !== 'string' || name === '' || /[/#+\0]/.test(name))
    throw new RequestError(
      'INVALID_ARGUMENT',
      `\`${word}\` is not empty and has no /, + or #, unlike '${String(name)}'.`,
    );
  return name;
}
