import type { RequestOptions } from '../bounds.ts';
import { RequestError } from '../errors.ts';
import type { Messenger, ReceivedMessage } from '../messenger.ts';
import { checkName, topicOf } from '../operation.ts';
import { Requests, type ServiceOptions } from '../request.ts';
import { Stream, type StreamOptions } from '../stream.ts';
import { INCOMING_COMMANDS, UPDATE_COMMAND } from './operations.ts';
import type { Command, UpdateCommandRequest, UpdatedCommand } from './types.ts';

/** Whose commands: those of a thing, or of an MQTT client, which has to be connected with that identifier. */
export type CommandTarget = { readonly thingName: string } | { readonly clientId: string };

/** The commands of a thing or a client. Requests reject with a `ServiceError`, a `RequestError` or the client's error. */
export interface Commands {
  /** Commands as they come, each once: the service may deliver one more than once. */
  incoming(options?: StreamOptions): Stream<Command>;
  /** Reports how the execution of a command is getting on. */
  update(executionId: string, request: UpdateCommandRequest, options?: RequestOptions): Promise<UpdatedCommand>;
  /** Ends the subscriptions to answers. Streams have a `close()` of their own. */
  close(): void;
}

/** Executions that are remembered, so that none is delivered twice. */
const REMEMBERED = 256;

/** The commands of a thing or a client. Throws `INVALID_ARGUMENT` for a name that is none. */
export function createCommands(messenger: Messenger, options: CommandTarget & ServiceOptions): Commands {
  const requests = new Requests(messenger, options);
  const target =
    'clientId' in options
      ? { type: 'clients', id: checkName('clientId', options.clientId) }
      : { type: 'things', id: checkName('thingName', options.thingName) };
  return {
    incoming: (streamOptions) => {
      const filters = INCOMING_COMMANDS.map((template) => topicOf(template, target));
      return new Stream(messenger, filters, commandReader(), streamOptions);
    },
    update: async (executionId, request, bounds) => {
      const { result, ...rest } = request;
      checkUpdate(request);
      const encoded = result && {
        result: Object.fromEntries(
          Object.entries(result).map(([name, value]) => [name, 'bin' in value ? { bin: base64(value.bin) } : value]),
        ),
      };
      return requests.call(UPDATE_COMMAND, { ...target, executionId }, { ...rest, ...encoded }, bounds);
    },
    close: () => requests.close(),
  };
}

function commandReader(): (message: ReceivedMessage) => Command | undefined {
  const seen = new Set<string>();
  return ({ topic, payload, properties }) => {
    const [, , , , , executionId = '', , format = 'other'] = topic.split('/');
    if (seen.has(executionId)) return undefined;
    seen.add(executionId);
    if (seen.size > REMEMBERED)
      for (const oldest of seen) {
        seen.delete(oldest);
        break;
      }
    const text = (): string => new TextDecoder().decode(payload);
    const { contentType, messageExpiryInterval } = properties ?? {};
    return {
      executionId,
      payload,
      format: format as Command['format'],
      ...(contentType !== undefined && { contentType }),
      ...(messageExpiryInterval !== undefined && { timeoutSeconds: messageExpiryInterval }),
      text,
      json: <T>() => JSON.parse(text()) as T,
    };
  };
}

/** What the service would refuse without saying where. */
function checkUpdate({ statusReason, result }: UpdateCommandRequest): void {
  if (statusReason !== undefined && !/^[A-Z0-9_-]{1,64}$/.test(statusReason.reasonCode))
    throw new RequestError('INVALID_ARGUMENT', '`reasonCode` is 1 to 64 of A-Z, 0-9, _ and -.');
  if (result !== undefined && Object.keys(result).length === 0)
    throw new RequestError('INVALID_ARGUMENT', '`result` has at least one value.');
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
