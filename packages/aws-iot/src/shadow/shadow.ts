import type { RequestOptions } from '../bounds.ts';
import { parseObject, type JsonObject } from '../json.ts';
import type { Messenger } from '../messenger.ts';
import { type Operation, topicOf } from '../operation.ts';
import { Requests, type ServiceOptions } from '../request.ts';
import { Stream, type StreamOptions } from '../stream.ts';
import { type ShadowNames, shadowOperations } from './operations.ts';
import { type ShadowCopy, syncShadow, type SyncOptions } from './sync.ts';
import type {
  DeletedShadow,
  ShadowChange,
  ShadowDelta,
  ShadowDocument,
  UpdatedShadow,
  UpdateShadowRequest,
} from './types.ts';

/** A device shadow, over an MQTT client. Requests reject with a `ServiceError`, a `RequestError` or the client's error. */
export interface Shadow<State extends object = JsonObject> {
  /** The whole shadow. Rejects with code 404 as long as nobody has updated it. */
  get(options?: RequestOptions): Promise<ShadowDocument<State>>;
  /** Changes parts of the state; `null` deletes. Rejects with code 409 when `version` is given and is another one. */
  update(
    state: UpdateShadowRequest<State>['state'],
    options?: RequestOptions & { readonly version?: number },
  ): Promise<UpdatedShadow<State>>;
  /** Deletes the shadow. */
  delete(options?: RequestOptions): Promise<DeletedShadow>;
  /** What the device is asked to change, whenever desired and reported state differ after an update. */
  deltas(options?: StreamOptions): Stream<ShadowDelta<State>>;
  /** The whole shadow before and after every update. */
  documents(options?: StreamOptions): Stream<ShadowChange<State>>;
  /** A local copy that follows the shadow. Resolves when it has its content; a shadow that does not exist is empty. */
  sync(options?: SyncOptions<State>): Promise<ShadowCopy<State>>;
  /** Ends the subscriptions to answers. Streams and copies have a `close()` of their own. */
  close(): void;
}

/** The shadow of a thing, classic or named. Throws `INVALID_ARGUMENT` for a name that is none. */
export function createShadow<State extends object = JsonObject>(
  messenger: Messenger,
  options: ShadowNames & ServiceOptions,
): Shadow<State> {
  const { operations, names } = shadowOperations(options);
  const requests = new Requests(messenger, options);
  const call = (row: Operation<object>, request: object, bounds?: RequestOptions): Promise<never> =>
    requests.call(row, names, request, bounds) as Promise<never>;
  const stream = <Event extends object>(filter: string, streamOptions?: StreamOptions): Stream<Event> =>
    new Stream(messenger, [topicOf(filter, names)], ({ payload }) => parseObject<Event>(payload), streamOptions);
  // Wrong names are said now, not by the first request.
  topicOf(operations.get.topic, names);

  const shadow: Shadow<State> = {
    get: (bounds) => call(operations.get, {}, bounds),
    update: (state, bounds) => {
      const version = bounds?.version;
      return call(operations.update, { state, ...(version !== undefined && { version }) }, bounds);
    },
    delete: (bounds) => call(operations.delete, {}, bounds),
    deltas: (streamOptions) => stream(operations.deltas, streamOptions),
    documents: (streamOptions) => stream(operations.documents, streamOptions),
    sync: (syncOptions) =>
      syncShadow<State>(
        {
          messenger,
          shadow,
          topics: {
            delta: topicOf(operations.deltas, names),
            documents: topicOf(operations.documents, names),
            deleted: topicOf(operations.delete.accepted, names),
          },
        },
        { ...options, ...syncOptions },
      ),
    close: () => requests.close(),
  };
  return shadow;
}
