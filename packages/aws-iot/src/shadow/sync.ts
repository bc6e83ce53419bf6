import { bounded, inTurn, type Lanes, type RequestOptions, unlessAborted } from '../bounds.ts';
import { ServiceError } from '../errors.ts';
import { type JsonObject, parseObject } from '../json.ts';
import type { Messenger } from '../messenger.ts';
import { watchConnection } from '../watch-connection.ts';
import { Follower, type ShadowVersion, type Step } from './follower.ts';
import type { Shadow } from './shadow.ts';
import type { ShadowChange, ShadowDelta, StatePatch, UpdateShadowRequest } from './types.ts';

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

  const apply = ({ changed, missed, repair: when }: Step): void => {
    if (over.signal.aborted) return;
    if (when === 'now') repairLater(0);
    // What is to be done sooner, or failed and waits, is not put off.
    if (when === 'later' && timer === undefined) repairLater(DOCUMENT_AFTER_MS);
    if (!changed) return;
    try {
      onChange?.(follower.current, { missed });
    } catch (error) {
      // What a listener throws is not the copy's affair.
      (globalThis.reportError ?? console.error)(error);
    }
  };

  /** Asks for the whole shadow. One answer serves all who need it and asked before it was asked for. */
  const fetchNow = async (options: RequestOptions): Promise<void> => {
    const { version } = follower.current;
    const got = await shadow.get(options).catch((error: unknown) => {
      if (error instanceof ServiceError && error.code === 404) return undefined;
      throw error;
    });
    failures = 0;
    apply(follower.onGot(got, version));
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
    listen<{ readonly version: number }>(topics.deleted, ({ version }) => follower.onDeleted(version)),
  ];
  let stopWatching = (): void => {};
  const close = async (): Promise<void> => {
    over.abort(new DOMException('The copy was closed.', 'AbortError'));
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

  const updateNow: ShadowCopy<State>['update'] = async (change, options = {}) => {
    const isFunction = typeof change === 'function';
    // There is no version to name before a shadow exists, and two who make it at once would not notice each other.
    if (isFunction && follower.current.version === 0) {
      apply(follower.onUpdated(await shadow.update({ desired: {} as StatePatch<State> }, options)));
      if (follower.current.version === 0) await fetchNow(options);
    }
    let patch = isFunction ? change(follower.current) : change;
    for (let conflicts = 1; patch !== undefined; conflicts++) {
      const { version } = follower.current;
      try {
        apply(follower.onUpdated(await shadow.update(patch, { ...options, ...(version > 0 && { version }) })));
        break;
      } catch (error) {
        const isConflict = error instanceof ServiceError && error.code === 409;
        if (!isConflict || conflicts > MAXIMUM_CONFLICTS || !(isFunction || merge)) throw error;
        // Somebody else's document may have come before the refusal.
        if (follower.current.version === version) await fetchNow(options);
        patch = isFunction ? change(follower.current) : merge?.(follower.current, patch);
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
