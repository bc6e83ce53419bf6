/*
 * What a local copy knows, and how it moves on: by versions, because answers, deltas and documents come in any order, and
 * may be missed. Decides only; `sync.ts` acts.
 */
import { mergeState } from './merge.ts';
import type {
  DeletedShadow,
  ShadowChange,
  ShadowDelta,
  ShadowDocument,
  ShadowMetadata,
  ShadowState,
  UpdatedShadow,
  UpdateShadowRequest,
} from './types.ts';

/** A shadow at one version. */
export interface ShadowVersion<State extends object> {
  readonly state: ShadowState<State>;
  readonly metadata?: ShadowMetadata;
  /** 0 when there is no shadow. */
  readonly version: number;
}

/** What an event did to the copy. */
export interface Step {
  /** How many versions were missed, if the copy is another one now. */
  readonly missed?: number;
  /** The copy does not know everything: `'later'` if what is missing should be on its way. */
  readonly repair?: 'now' | 'later' | undefined;
}

const NOTHING: Step = {};
/** There is no shadow: below every version, of which AWS's documentation says that it can be 0. */
const NONE = -1;
/** What is shown then. */
const ABSENT = { state: {}, version: 0 };

export class Follower<State extends object> {
  current: ShadowVersion<State> = ABSENT;
  /** The version of the copy, below 0 when there is no shadow. */
  known: number = NONE;
  /** The copy has this version only in part: a delta came, and its document did not. */
  isPartial: boolean = false;
  /** A shadow that is made anew within two days goes on counting here. */
  #deletedVersion = NONE;

  onDocument({ previous, current: { state, metadata, version } }: ShadowChange<State>): Step {
    const { known } = this;
    const isNews = version > known || (version === known && this.isPartial);
    if (!isNews || version <= this.#deletedVersion) return NOTHING;
    const missed = known === NONE || version === known ? 0 : (previous?.version ?? version - 1) - known;
    this.#set({ state, version, ...(metadata && { metadata }) });
    return { missed: Math.max(missed, 0) };
  }

  onDelta({ state, version }: ShadowDelta<State>): Step {
    if (version <= this.#deletedVersion) return NOTHING;
    // Of a shadow that we do not know it says too little.
    const next = this.known === NONE ? NONE : this.known + 1;
    return this.#patch({ desired: state as never }, version, next, 'later');
  }

  /** The answer to an update of our own. */
  onUpdated({ state, version }: UpdatedShadow<State>): Step {
    // Only the first version of all is sure to have nothing in it but this update.
    return this.#patch(state, version, Math.max(this.known + 1, 1));
  }

  /** An answer to `get`, or none if there is no shadow, with the version that was known when it was asked for. */
  onGot(got: ShadowDocument<State> | undefined, knownThen: number): Step {
    const { known } = this;
    const version = got?.version ?? NONE;
    // Older than what has come meanwhile. But older than what was known before: another shadow of the same name.
    if (version < known && (version >= knownThen || known > knownThen)) return NOTHING;
    // Asked for before the shadow was deleted.
    if (known < knownThen && version <= this.#deletedVersion) return NOTHING;
    const changed = version !== known || this.isPartial;
    if (got === undefined) this.#set(ABSENT, NONE);
    else {
      const { delta: _, ...state } = got.state as ShadowState<State> & { readonly delta?: unknown };
      this.#set({ state, version, ...(got.metadata && { metadata: got.metadata }) });
    }
    return changed ? { missed: known === NONE ? 0 : Math.max(version - known - 1, 0) } : NOTHING;
  }

  onDeleted({ version }: DeletedShadow): Step {
    const { known } = this;
    // Of a shadow that was made again since.
    if (version < known) return NOTHING;
    this.#set(ABSENT, NONE);
    this.#deletedVersion = version;
    return known === NONE ? NOTHING : { missed: 0 };
  }

  /** Takes a part of a version, unless there is something between it and ours. Its document has the rest. */
  #patch(patch: UpdateShadowRequest<State>['state'], version: number, next: number, repair?: 'later'): Step {
    if (version <= this.known) return NOTHING;
    if (version > next) return { repair: 'now' };
    this.#set({ state: mergeState(this.current.state, patch), version });
    this.isPartial = true;
    return { missed: 0, repair };
  }

  #set(next: ShadowVersion<State>, known = next.version): void {
    this.current = next;
    this.known = known;
    this.isPartial = false;
  }
}
