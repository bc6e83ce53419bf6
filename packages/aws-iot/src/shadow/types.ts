import type { EpochSeconds, JsonObject } from '../json.ts';

/** The state of a shadow: what is wanted, and what the device says it is. */
export interface ShadowState<State extends object = JsonObject> {
  readonly desired?: State;
  readonly reported?: State;
}

/** A part of a state. `null` deletes a key, or a whole section. */
export type StatePatch<State> = State extends readonly unknown[]
  ? State | null
  : State extends object
    ? { readonly [Key in keyof State]?: StatePatch<State[Key]> | null }
    : State;

/** When each value was changed, in the nesting of the state. */
export interface ShadowMetadata {
  readonly desired?: JsonObject;
  readonly reported?: JsonObject;
  readonly delta?: JsonObject;
}

/** Request of `update`. */
export interface UpdateShadowRequest<State extends object = JsonObject> {
  readonly state: {
    readonly desired?: StatePatch<State> | null;
    readonly reported?: StatePatch<State> | null;
  };
  /** Refused with 409 when the shadow has another version. */
  readonly version?: number;
}

/** Answer to `get`. */
export interface ShadowDocument<State extends object = JsonObject> {
  readonly state: ShadowState<State> & { readonly delta?: StatePatch<State> };
  readonly metadata?: ShadowMetadata;
  readonly version: number;
  readonly timestamp: EpochSeconds;
}

/** Answer to `update`: what was asked for. */
export interface UpdatedShadow<State extends object = JsonObject> {
  readonly state: UpdateShadowRequest<State>['state'];
  readonly metadata?: ShadowMetadata;
  readonly version: number;
  readonly timestamp: EpochSeconds;
}

/** Answer to `delete`. */
export interface DeletedShadow {
  /** That of the deleted shadow. */
  readonly version: number;
  readonly timestamp: EpochSeconds;
}

/** Published when desired and reported state differ: all of desired that differs. */
export interface ShadowDelta<State extends object = JsonObject> {
  readonly state: StatePatch<State>;
  readonly metadata?: JsonObject;
  readonly version: number;
  readonly timestamp: EpochSeconds;
  /** Of the request that led to it. */
  readonly clientToken?: string;
}

/** One side of a `ShadowChange`. */
export interface ShadowSnapshot<State extends object = JsonObject> {
  readonly state: ShadowState<State>;
  readonly metadata?: ShadowMetadata;
  readonly version: number;
}

/** Published with every accepted update: the whole shadow before and after. */
export interface ShadowChange<State extends object = JsonObject> {
  readonly previous?: Partial<ShadowSnapshot<State>>;
  readonly current: ShadowSnapshot<State>;
  readonly timestamp: EpochSeconds;
  readonly clientToken?: string;
}
