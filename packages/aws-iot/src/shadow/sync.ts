import { bounded, inTurn, type Lanes, type RequestOptions, unlessAborted } from '../bounds.ts';
import { ServiceError } from '../errors.ts';
import { type JsonObject, parseObject } from '../json.ts';
import type { Messenger } from '../messenger.ts';
import { watchConnection } from '../watch-connection.ts';
import { Follower, type ShadowVersion, type Step } from './follower.ts';
import type { Shadow } from './shadow.ts';
import type { DeletedShadow, ShadowChange, ShadowDelta, StatePatch, UpdateShadowRequest } from './types.ts';

/** A change of a shadow's state. */
export type ShadowPatch<State extends object> = UpdateShadowRequest<State>['state'];

/** Options of `sync`. */
export interface SyncOptions<State extends object = JsonObject> extends RequestOptions {
  /** Told of every new version, with how many were missed on the way to it. */
  readonly onChange?: (current: ShadowVersion<State>, change: { readonly missed: number }) => void;
  /**
   * Asked when somebody else was faster (409): what to update the shadow with now; `undefined` gives up, and `update`
   * resolves with what there is. Without it the conflict rejects, unless `update` was given a function.
   */
  readonly merge?: (current: ShadowVersion<State>, wanted: ShadowPatch<State>) => ShadowPatch<State> | undefined;
}

/** A local copy of a shadow. */
export interface ShadowCopy<State extends object = JsonObject> {
  /** A new object whenever the shadow changes. */
  readonly current: ShadowVersion<State>;
  /**
   * Updates the version that the copy has. With a function of it, that is asked again after a conflict (409); otherwise
   * `merge` is. Rejects with the conflict after five of them.
   *
   * A shadow that does not exist has no version: a change that is neither a function nor can be merged goes into whatever
   * somebody else makes of it at the same moment. For the other two the shadow is made first, empty.
   */
  update(
    change: ShadowPatch<State> | ((current: ShadowVersion<State>) => ShadowPatch<State> | undefined),
    options?: RequestOptions,
  ): Promise<ShadowVersion<State>>;
  /** Stops following, as the client's `stop()` does. */
  close(): Promise<void>;
}

/** What `sync` stands on. */
export interface SyncPorts<State extends object> {
  readonly messenger: Messenger;
  readonly shadow: Pick<Shadow<State>, 'get' | 'update'>;
  readonly topics: Readonly<Record<'delta' | 'documents' | 'deleted', string>>;
}

/** A delta and its document leave together, and arrive in any order. */
const DOCUMENT_AFTER_MS = 1_000;
const MAXIMUM_RETRY_MS = 30_000;
const MAXIMUM_CONFLICTS = 5;

export async function syncShadow<State extends object>(
  { messenger, shadow, topics }: SyncPorts<State>,
  { onChange, merge, ...bounds }: SyncOptions<State> = {},
): Promise<ShadowCopy<State>> {
  const follower = new Follower<State>();
  const over = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let repairing: Promise<void> | undefined;

  const apply = ({ missed, repair: when }: Step): void => {
    if (over.signal.aborted) return;
    if (when === 'now') repairLater(0);
    // What is to be done sooner, or failed and waits, is not put off.
    if (when === 'later' && timer === undefined) repairLater(DOCUMENT_AFTER_MS);
    if (missed === undefined) return;
    try {
      onChange?.(follower.current, { missed });
    } catch (error) {
      // What a listener throws is not the copy's affair.
      (globalThis.reportError ?? console.error)(error);
    }
  };

  /** Asks for the whole shadow. One answer serves all who need it and asked before it was asked for. */
  const fetchNow = async (options: RequestOptions): Promise<void> => {
    const { known } = follower;
    const got = await shadow.get(options).catch((error: unknown) => {
      if (codeOf(error) !== 404) throw error;
      return undefined;
    });
    failures = 0;
    apply(follower.onGot(got, known));
  };
  const repair = (): Promise<void> => {
    repairing ??= fetchNow({ signal: over.signal }).finally(() => {
      repairing = undefined;
    });
    return repairing;
  };
  const repairLater = (delayMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      if (delayMs === DOCUMENT_AFTER_MS && failures === 0 && !follower.isPartial) return;
      repair().catch(() => {
        failures += 1;
        if (!over.signal.aborted) repairLater(Math.min(MAXIMUM_RETRY_MS, DOCUMENT_AFTER_MS * 2 ** failures));
      });
    }, delayMs);
  };

  const listen = <Event extends object>(filter: string, handle: (event: Event) => Step) =>
    messenger.subscribe(filter, { qos: 1, signal: over.signal }, ({ payload }) => {
      const event = parseObject<Event>(payload);
      if (event !== undefined) apply(handle(event));
    });
  const subscriptions = [
    listen<ShadowChange<State>>(topics.documents, (event) => follower.onDocument(event)),
    listen<ShadowDelta<State>>(topics.delta, (event) => follower.onDelta(event)),
    listen<DeletedShadow>(topics.deleted, (event) => follower.onDeleted(event)),
  ];
  let stopWatching = (): void => {};
  const close = async (): Promise<void> => {
    over.abort();
    clearTimeout(timer);
    stopWatching();
    await Promise.allSettled(subscriptions.map(async (granted) => (await granted).unsubscribe()));
  };

  try {
    await bounded(bounds, topics.documents, async ({ signal }) => {
      await unlessAborted(Promise.all(subscriptions), signal);
      await fetchNow({ signal, timeoutMs: Number.POSITIVE_INFINITY });
    });
  } catch (error) {
    void close();
    throw error;
  }
  // What was published without a connection may have been lost, even from a session that was kept.
  stopWatching = watchConnection(messenger, { onConnect: () => repairLater(0), onEnd: () => void close() });

  const send = async (patch: ShadowPatch<State>, options: RequestOptions): Promise<void> => {
    const { known } = follower;
    const updated = await shadow.update(patch, { ...options, ...(known >= 0 && { version: known }) });
    apply(follower.onUpdated(updated));
    // What was there before is not known. It is asked for until it is: the update itself is done.
    if (follower.known < updated.version) await repair().catch(() => {});
  };
  const updateNow: ShadowCopy<State>['update'] = async (change, options = {}) => {
    const canAsk = typeof change === 'function' || merge !== undefined;
    const ask = (refused?: ShadowPatch<State>): ShadowPatch<State> | undefined =>
      typeof change === 'function' ? change(follower.current) : refused ? merge?.(follower.current, refused) : change;
    let patch = ask();
    if (patch !== undefined && canAsk && follower.known < 0) {
      // Two who make the shadow at once would not notice each other, so it is made without content.
      await send({ desired: {} as StatePatch<State> }, options);
      if (Object.keys(follower.current.state).length > 0) patch = ask(patch);
    }
    for (let conflicts = 0; patch !== undefined; conflicts++) {
      const { known } = follower;
      try {
        await send(patch, options);
        break;
      } catch (error) {
        if (!canAsk || codeOf(error) !== 409 || conflicts === MAXIMUM_CONFLICTS) throw error;
        // Somebody else's document may have come before the refusal.
        if (follower.known === known) await fetchNow(options);
        patch = ask(patch);
      }
    }
    return follower.current;
  };

  /** One after the other: two at once would be in conflict with each other. */
  const lanes: Lanes = new Map();
  const update: ShadowCopy<State>['update'] = (change, options) =>
    inTurn(lanes, '', options?.signal, () => updateNow(change, options));

  return {
    get current() {
      return follower.current;
    },
    update,
    close,
  };
}

/** The code of a refusal by the service. */
function codeOf(error: unknown): unknown {
  return error instanceof ServiceError ? error.code : undefined;
}
