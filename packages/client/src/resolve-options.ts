/* Options with their defaults, checked once: what is wrong is said by `createClient`, not by the first connection. */
import { InvalidPacketError, type Will, encode, validateTopicName } from '@mqtide/codec';
import { invalidArgument } from './errors.ts';
import type { ClientOptions, CredentialsOptions } from './options.ts';
import { payloadBytes } from './payload.ts';
import type { SessionConfig } from './session/config.ts';
import type { Credentials } from './session/events.ts';
import { willOf311 } from './session/handshake.ts';

const MINUTE = 60_000;
const MEBIBYTE = 1_048_576;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** What the session is configured with. Throws `INVALID_ARGUMENT`. */
export function resolveOptions(options: ClientOptions): SessionConfig {
  const { protocolVersion = 5, clientId, reconnect = {}, session = {}, limits = {}, will, connectProperties } = options;
  if (protocolVersion !== 5 && protocolVersion !== 4 && protocolVersion !== 'auto')
    throw invalidArgument("`protocolVersion` is 5, 4 or 'auto'.");
  if (typeof options.url !== 'function') checkUrl(options.url);
  const { behavior, expirySeconds = 300, onLost = 'republishQos1' } = session;
  const config: SessionConfig = {
    protocolVersion,
    clientId: clientId ?? randomClientId(),
    clientIdGiven: clientId !== undefined,
    keepAliveSeconds: integer('keepAliveSeconds', options.keepAliveSeconds ?? 60, 0, 65_535),
    connectTimeoutMs: integer('connectTimeoutMs', options.connectTimeoutMs ?? 15_000, 1),
    pingTimeoutMs: integer('pingTimeoutMs', options.pingTimeoutMs ?? 10_000, 1),
    ackTimeoutMs: integer('ackTimeoutMs', options.ackTimeoutMs ?? MINUTE, 1),
    session: {
      ...(behavior !== undefined && { behavior }),
      expirySeconds: integer('session.expirySeconds', expirySeconds, 0, 0xffff_ffff),
      onLost,
    },
    reconnect: reconnect && {
      minDelayMs: 1_000,
      maxDelayMs: 2 * MINUTE,
      jitter: 'full',
      minConnectedTimeToResetMs: 30_000,
      ...reconnect,
    },
    offlineQueue: {
      behavior: 'failQos0PublishOnDisconnect',
      maxOperations: 10_000,
      maxBytes: 16 * MEBIBYTE,
      maxAgeMs: 5 * MINUTE,
      ...options.offlineQueue,
    },
    limits: {
      receiveMaximum: integer('limits.receiveMaximum', limits.receiveMaximum ?? 256, 1, 65_535),
      maximumPacketSize: integer('limits.maximumPacketSize', limits.maximumPacketSize ?? 16 * MEBIBYTE, 1, 0xffff_ffff),
    },
    ...(will && { will: resolveWill(will) }),
    ...(connectProperties && { connectProperties }),
    credentialsChange: typeof options.credentials === 'function',
    urlChanges: typeof options.url === 'function',
  };
  checkConnect(config, options);
  return config;
}

/** The address as a WebSocket takes it: without a fragment, which the standard forbids there. */
export function checkUrl(url: string | URL): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    // The platform's own error holds the whole URL, whose query may be signed.
    throw invalidArgument(`'${redact(String(url))}' is not a URL. One looks like wss://broker.example/mqtt.`);
  }
  if (parsed.protocol !== 'ws:' && parsed.protocol !== 'wss:')
    throw invalidArgument(
      `A URL begins with ws: or wss:, not with ${parsed.protocol} A page cannot open other sockets.`,
    );
  parsed.hash = '';
  return parsed.href;
}

/** Origin and path: the query may be signed, and the user information secret. */
export function publicUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

export function credentialBytes({ username, password }: CredentialsOptions): Credentials {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: typeof password === 'string' ? payloadBytes(password) : password }),
  };
}

function redact(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/\/\/[^/]*@/, '//');
}

function resolveWill({
  topic,
  payload = '',
  qos = 0,
  retain = false,
  properties,
}: NonNullable<ClientOptions['will']>): Will {
  const problem = validateTopicName(topic);
  if (problem !== undefined) throw invalidArgument(`The topic of \`will\` ${problem}.`);
  return { topic, payload: payloadBytes(payload), qos, retain, ...(properties && { properties }) };
}

/** Lets the codec look at a CONNECT as it will be, so that no attempt can fail for what is in the options. */
function checkConnect(config: SessionConfig, { credentials = {} }: ClientOptions): void {
  const { clientId, keepAliveSeconds, will, connectProperties } = config;
  const version = config.protocolVersion === 'auto' ? 5 : config.protocolVersion;
  const known = typeof credentials === 'function' ? {} : credentialBytes(credentials);
  const isEmpty = clientId === '';
  if (isEmpty && config.session.behavior !== 'clean' && version === 4)
    throw invalidArgument("In 3.1.1 an empty `clientId` needs `session.behavior: 'clean'`.");
  const sentWill = will && (version === 5 ? will : willOf311(will));
  try {
    encode(
      {
        type: 'connect',
        protocolVersion: version,
        clientId,
        cleanStart: true,
        keepAliveSeconds,
        ...(sentWill && { will: sentWill }),
        ...known,
        ...(version === 5 && connectProperties && { properties: connectProperties }),
      },
      version,
    );
  } catch (error) {
    if (error instanceof InvalidPacketError)
      throw invalidArgument(`The options cannot be sent: ${error.message}`, error);
    throw error;
  }
}

function integer(name: string, value: number, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw invalidArgument(`\`${name}\` is a whole number from ${min} to ${max}, not ${value}.`);
}

/** 22 letters and digits, which every server has to accept [MQTT-3.1.3-5], with 131 bits of chance. */
function randomClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(22));
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
