/*
 * The Device Shadow service: a request and its payload in, the messages it leads to out. It knows no broker.
 */
import type { Cloud } from '../cloud/cloud.ts';
import { isEqual } from '../services/json.ts';
import { type Annotated, deltaOf, mergeShadow, metadataOfPatch, type ShadowDocument } from './document.ts';
import { type Rejection, readRequest, readUpdate, type ShadowRequest } from './shadow-request.ts';

/** A message about a shadow: the end of its topic and its content. */
export interface ShadowMessage {
  readonly suffix: string;
  readonly content: object;
}

/** A shadow and its operations. */
export type ShadowOperation = 'get' | 'update' | 'delete';

/** A shadow that is created again within this time goes on counting. */
const REMEMBERED_MS = 48 * 3_600_000;

const NEW: Omit<ShadowDocument, 'version'> = { state: {}, metadata: {} };

/** All shadows, each by the beginning of its topics. */
export class Shadows {
  readonly #cloud: Cloud;
  readonly #documents = new Map<string, ShadowDocument>();
  readonly #deleted = new Map<string, { readonly version: number; readonly at: number }>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /**
   * @param key the beginning of the shadow's topics
   * @param name of the shadow, or of the thing: for people
   */
  handle(operation: ShadowOperation, key: string, name: string, payload: Uint8Array): readonly ShadowMessage[] {
    if (operation === 'update') return this.#update(key, payload);
    const request = readRequest(payload, this.#cloud.limits);
    if ('rejected' in request) return [this.#reject(operation, request.rejected)];
    const document = this.#documents.get(key);
    if (document === undefined) {
      return [this.#reject(operation, { code: 404, message: `No shadow exists with name: '${name}'`, ...request })];
    }
    return [operation === 'get' ? this.#got(document, request) : this.#delete(key, document, request)];
  }

  /** Rejects a request unseen, but for its token. */
  throttle(operation: ShadowOperation, payload: Uint8Array): ShadowMessage {
    const request = readRequest(payload, this.#cloud.limits);
    const token = 'rejected' in request ? {} : request;
    return this.#reject(operation, { code: 429, message: 'The request was throttled', ...token });
  }

  /** Without a timestamp when versions conflict, as AWS shows it. */
  #reject(operation: ShadowOperation, { code, message, ...token }: Rejection): ShadowMessage {
    const timestamp = code === 409 ? {} : { timestamp: this.#cloud.clock.nowSeconds() };
    return { suffix: `${operation}/rejected`, content: { code, message, ...timestamp, ...token } };
  }

  #got({ state, metadata, version }: ShadowDocument, { clientToken }: ShadowRequest): ShadowMessage {
    const delta = deltaOf({ state, metadata });
    const content = {
      state: { ...state, ...(delta && { delta: delta.state }) },
      metadata: { ...metadata, ...(delta && { delta: delta.metadata }) },
      version,
      timestamp: this.#cloud.clock.nowSeconds(),
      ...(clientToken !== undefined && { clientToken }),
    };
    return { suffix: 'get/accepted', content };
  }

  #delete(key: string, { version }: ShadowDocument, { clientToken }: ShadowRequest): ShadowMessage {
    const { clock } = this.#cloud;
    this.#documents.delete(key);
    this.#deleted.set(key, { version, at: clock.now() });
    const content = { version, timestamp: clock.nowSeconds(), ...(clientToken !== undefined && { clientToken }) };
    return { suffix: 'delete/accepted', content };
  }

  #update(key: string, payload: Uint8Array): readonly ShadowMessage[] {
    const { limits, switches, clock } = this.#cloud;
    const request = readUpdate(payload, limits, switches);
    if ('rejected' in request) return [this.#reject('update', request.rejected)];
    const { patch, version: wanted, clientToken } = request;
    const token = clientToken === undefined ? {} : { clientToken };
    const before = this.#documents.get(key);
    const mayBeWrong = before !== undefined || switches.versionWhenAbsent === 'conflict';
    if (wanted !== undefined && mayBeWrong && wanted !== before?.version) {
      return [this.#reject('update', { code: 409, message: 'Version conflict', ...token })];
    }
    const timestamp = clock.nowSeconds();
    const merged = mergeShadow(before ?? NEW, patch, timestamp, switches);
    if (Buffer.byteLength(JSON.stringify(merged.state)) > limits.shadowBytes) {
      return [this.#reject('update', { code: 413, message: 'The payload exceeds the maximum size allowed', ...token })];
    }
    const after = { ...merged, version: before === undefined ? this.#firstVersion(key) : before.version + 1 };
    this.#documents.set(key, after);
    const common = { timestamp, ...token };
    const metadata = metadataOfPatch(patch, timestamp, switches);
    const previous =
      before ?? (switches.previousOfFirst === 'empty' ? { ...NEW, version: after.version - 1 } : undefined);
    return [
      { suffix: 'update/accepted', content: { state: patch, metadata, version: after.version, ...common } },
      { suffix: 'update/documents', content: { ...(previous && { previous }), current: after, ...common } },
      ...this.#delta(before ?? NEW, after, common),
    ];
  }

  #delta(
    before: Omit<ShadowDocument, 'version'>,
    after: ShadowDocument,
    common: { readonly timestamp: number; readonly clientToken?: string },
  ): readonly ShadowMessage[] {
    const delta: Annotated | undefined = deltaOf(after);
    if (delta === undefined) return [];
    const isOld = isEqual(delta.state, deltaOf(before)?.state);
    if (isOld && !this.#cloud.switches.repeatDelta) return [];
    const { state, metadata } = delta;
    return [{ suffix: 'update/delta', content: { state, metadata, version: after.version, ...common } }];
  }

  #firstVersion(key: string): number {
    const deleted = this.#deleted.get(key);
    const isRemembered = deleted !== undefined && this.#cloud.clock.now() - deleted.at < REMEMBERED_MS;
    return isRemembered ? deleted.version + 1 : this.#cloud.switches.firstShadowVersion;
  }
}
