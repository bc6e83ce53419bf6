/*
 * What a local copy knows, and how it moves on: by versions, because answers, deltas and documents come in any order, and
 * may be missed. Decides only; `sync.ts` acts.
 */
import { mergeState } from './merge.ts';
import type { ShadowChange, ShadowDelta, ShadowDocument, ShadowMetadata, ShadowState, UpdatedShadow } from './types.ts';

/** A shadow at one version. */
export interface ShadowVersion<State extends object> {
  readonly state: ShadowState<State>;
  readonly metadata?: ShadowMetadata;
  /** 0 when there is no shadow. */
  readonly version: number;
}

/** What an event did to the copy. */
export interface Step {
  /** Whether the copy is another one now. */
  readonly changed: boolean;
  /** Versions that were missed. */
  readonly missed: number;
  /** Whether the copy does not know everything: `'later'` if what is missing should be on its way. */
  readonly repair: 'now' | 'later' | 'no';
}

const NOTHING: Step = { changed: false, missed: 0, repair: 'no' };

export class Follower<State extends object> {
  current: ShadowVersion<State> = { state: {}, version: 0 };
  /** The copy has this version only in part: a delta came, and its document did not. */
  #isPartial = false;
  /** A shadow that is made anew within two days goes on counting here. */
  #deletedVersion = 0;

  onDocument({ previous, current: { state, metadata, version } }: ShadowChange<State>): Step {
    const known = this.current.version;
    const isNews = version > Math.max(known, this.#deletedVersion) || (version === known && this.#isPartial);
    if (!isNews) return NOTHING;
    const missed = known === 0 || version === known ? 0 : (previous?.version ?? version - 1) - known;
    this.#set({ state, version, ...(metadata && { metadata }) });
    return { changed: true, missed: Math.max(missed, 0), repair: 'no' };
  }

  onDelta({ state, version }: ShadowDelta<State>): Step {
    const known = this.current.version;
    if (version <= Math.max(known, this.#deletedVersion)) return NOTHING;
    // Of another shadow than the one we know it says too little.
    if (known === 0 || version > known + 1) return { changed: false, missed: version - known - 1, repair: 'now' };
    this.#set({ state: mergeState(this.current.state, { desired: state as never }), version });
    this.#isPartial = true;
    return { changed: true, missed: 0, repair: 'later' };
  }

  /** An answer to an update of our own. */
  onUpdated({ state, version }: UpdatedShadow<State>): Step {
    const known = this.current.version;
    if (version <= known) return NOTHING;
    if (version > known + 1) return { changed: false, missed: version - known - 1, repair: 'now' };
    this.#set({ state: mergeState(this.current.state, state), version });
    // Its document has the metadata, too.
    this.#isPartial = true;
    return { changed: true, missed: 0, repair: 'no' };
  }

  /** An answer to `get`, or none if there is no shadow, with the version that was known when it was asked for. */
  onGot(got: ShadowDocument<State> | undefined, knownThen: number): Step {
    const known = this.current.version;
    const version = got?.version ?? 0;
    // Older than what has come meanwhile. But older than what was known before: another shadow of the same name.
    if (version < known && (version >= knownThen || known > knownThen)) return NOTHING;
    const changed = version !== known || this.#isPartial;
    if (got === undefined) this.#set({ state: {}, version: 0 });
    else {
      const { delta: _, ...state } = got.state as ShadowState<State> & { readonly delta?: unknown };
      this.#set({ state, version, ...(got.metadata && { metadata: got.metadata }) });
    }
    return { changed, missed: known === 0 ? 0 : Math.max(version - known - 1, 0), repair: 'no' };
  }

  onDeleted(version: number): Step {
    // Of a shadow that was made again since.
    if (version < this.current.version) return NOTHING;
    this.#deletedVersion = version;
    const changed = this.current.version !== 0;
    this.#set({ state: {}, version: 0 });
    return { changed, missed: 0, repair: 'no' };
  }

  get isPartial(): boolean {
    return this.#isPartial;
  }

  #set(next: ShadowVersion<State>): void {
    this.current = next;
    this.#isPartial = false;
  }
}
