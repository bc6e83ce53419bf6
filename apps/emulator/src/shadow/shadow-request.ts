import type { Limits } from '../limits.ts';
import { hasNullInList, isDeeperThan, isObject, type Json, type JsonObject, readJson } from '../services/json.ts';
import type { Switches } from '../switches.ts';
import type { Patch } from './document.ts';

/** Why a request is rejected. */
export interface Rejection {
  readonly code: number;
  readonly message: string;
  readonly clientToken?: string;
}

/** The part of a request that is in all of them. */
export interface ShadowRequest {
  readonly clientToken?: string;
}

/** An update, read. */
export interface UpdateRequest extends ShadowRequest {
  readonly patch: Patch;
  readonly version?: number;
}

/** Reads a get or a delete: an empty payload, or anything that may have a client token. */
export function readRequest(payload: Uint8Array, limits: Limits): ShadowRequest | { readonly rejected: Rejection } {
  const read = payload.length === 0 ? { value: {} } : readJson(payload);
  const value = 'value' in read && isObject(read.value) ? read.value : {};
  return tokenOf(value, limits);
}

/** Reads an update. */
export function readUpdate(
  payload: Uint8Array,
  limits: Limits,
  { otherStateKeys }: Switches,
): UpdateRequest | { readonly rejected: Rejection } {
  const read = readJson(payload);
  if ('problem' in read) {
    return read.problem === 'json'
      ? refused(400, 'Invalid JSON')
      : refused(415, 'Unsupported documented encoding; supported encoding is UTF-8');
  }
  const request = read.value;
  if (!isObject(request)) return refused(400, 'Invalid JSON');
  const token = tokenOf(request, limits);
  if ('rejected' in token) return token;
  const problem = problemOf(request, limits, otherStateKeys);
  if (problem !== undefined) return refused(400, problem, token);
  const { desired, reported } = request['state'] as { desired?: JsonObject; reported?: JsonObject };
  const version = request['version'] as number | undefined;
  return {
    ...token,
    patch: { ...(desired !== undefined && { desired }), ...(reported !== undefined && { reported }) },
    ...(version !== undefined && { version }),
  };
}

function problemOf(request: JsonObject, limits: Limits, otherStateKeys: Switches['otherStateKeys']) {
  const { state, version } = request;
  if (state === undefined) return 'Missing required node: state';
  if (!isObject(state)) return 'State node must be an object';
  for (const [name, value] of Object.entries(state)) {
    if (name !== 'desired' && name !== 'reported') {
      if (otherStateKeys === 'refuse') return 'State contains an invalid node';
    } else if (value !== null && !isObject(value)) {
      return `${name === 'desired' ? 'Desired' : 'Reported'} node must be an object`;
    }
  }
  if (version !== undefined && version !== null && !isVersion(version)) return 'Invalid version';
  if (Object.values(state).some((section) => isDeeperThan(limits.shadowDepth, section))) {
    return `JSON contains too many levels of nesting; maximum is ${limits.shadowDepth}`;
  }
  return hasNullInList(state) ? 'Invalid JSON' : undefined;
}

function isVersion(version: Json): boolean {
  return typeof version === 'number' && Number.isInteger(version) && version >= 0;
}

function tokenOf({ clientToken }: JsonObject, limits: Limits): ShadowRequest | { readonly rejected: Rejection } {
  if (clientToken === undefined) return {};
  return typeof clientToken === 'string' && Buffer.byteLength(clientToken) <= limits.clientTokenBytes
    ? { clientToken }
    : refused(400, 'Invalid clientToken');
}

function refused(code: number, message: string, token: ShadowRequest = {}): { readonly rejected: Rejection } {
  return { rejected: { code, message, ...token } };
}
