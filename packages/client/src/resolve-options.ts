/* Options with their defaults, checked once: what is wrong is said by `createClient`, not by the first connection. */
import { InvalidPacketError, type Will, packetSize } from '@mqtide/codec';
import { checkHosts, checkNumbers, checkWord, inOptions } from './check-options.ts';
import { MqttError, invalidArgument } from './errors.ts';
import type { ClientOptions, CredentialsOptions } from './options.ts';
import { payloadBytes } from './payload.ts';
import type { SessionConfig } from './session/config.ts';
import type { Credentials } from './session/events.ts';
import { defined } from './session/defined.ts';
import { Handshake } from './session/handshake.ts';
import { connectExcess, keepAliveWithin } from './session/profile-limits.ts';

const MINUTE = 60_000;
const MEBIBYTE = 1_048_576;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** What the session is configured with. Throws `INVALID_ARGUMENT`. */
export function resolveOptions(options: ClientOptions): SessionConfig {
  const {
    protocolVersion = 5,
    clientId,
    reconnect = {},
    session: { store, ...session } = {},
    will,
    connectProperties,
    authentication,
  } = options;
  const { brokerProfile = {} } = options;
  if (typeof options.url !== 'function') checkUrl(options.url);
  if (store !== undefined && !clientId)
    throw invalidArgument('A `session.store` needs a `clientId` to find the session by.');
  const config: SessionConfig = {
    // Nothing may be sent without authentication because a server spoke 3.1.1.
    protocolVersion: authentication && protocolVersion === 'auto' ? 5 : protocolVersion,
    clientId: clientId ?? '',
    clientIdGiven: clientId !== undefined,
    isDurable: store !== undefined,
    keepAliveSeconds: keepAliveWithin(options.keepAliveSeconds ?? 60, brokerProfile),
    connectTimeoutMs: options.connectTimeoutMs ?? 15_000,
    pingTimeoutMs: options.pingTimeoutMs ?? 10_000,
    ackTimeoutMs: options.ackTimeoutMs ?? MINUTE,
    session: { expirySeconds: 300, onLost: 'republishQos1', ...defined(session) },
    reconnect: reconnect && {
      minDelayMs: 1_000,
      maxDelayMs: 2 * MINUTE,
      jitter: 'full',
      minConnectedTimeToResetMs: 30_000,
      ...defined(reconnect),
    },
    offlineQueue: {
      behavior: 'failQos0PublishOnDisconnect',
      maxOperations: 10_000,
      maxBytes: 16 * MEBIBYTE,
      maxAgeMs: 5 * MINUTE,
      overflow: 'reject',
      ...defined(options.offlineQueue ?? {}),
    },
    topicAliasing: {
      outbound: 'lru',
      outboundMaximum: 16,
      inboundMaximum: 16,
      ...defined(options.topicAliasing ?? {}),
    },
    limits: { receiveMaximum: 256, maximumPacketSize: 16 * MEBIBYTE, ...defined(options.limits ?? {}) },
    brokerProfile,
    ...(will && { will: resolveWill(will) }),
    ...(connectProperties && { connectProperties }),
    ...(authentication && { authenticationMethod: authentication.method }),
    ...(options.redirect && { redirect: checkHosts(options.redirect.allow) }),
    credentialsChange: typeof options.credentials === 'function' || authentication?.isRenewable === true,
    urlChanges: typeof options.url === 'function',
  };
  checkNumbers(config);
  checkNumbers({ unroutedHoldMs: options.unroutedHoldMs ?? 0 });
  checkWord('protocolVersion', protocolVersion, [5, 4, 'auto']);
  checkWord('session.behavior', session.behavior, ['clean', 'rejoinPostSuccess', 'rejoinAlways', undefined]);
  checkWord('session.onLost', config.session.onLost, ['republishQos1', 'republish', 'fail']);
  checkWord('reconnect.jitter', config.reconnect && config.reconnect.jitter, ['full', 'decorrelated', 'none', false]);
  checkWord('topicAliasing.outbound', config.topicAliasing.outbound, ['lru', 'manual', 'none']);
  checkWord('offlineQueue.behavior', config.offlineQueue.behavior, [
    'failQos0PublishOnDisconnect',
    'failNonQos1PublishOnDisconnect',
    'failAllOnDisconnect',
  ]);
  checkWord('pageLifecycle', options.pageLifecycle, ['auto', 'none', undefined]);
  if (authentication && protocolVersion === 4) throw invalidArgument('`authentication` needs MQTT 5.');
  if (authentication && typeof authentication.begin !== 'function')
    throw invalidArgument('`authentication` has a `method` and a function `begin`.');
  if (options.webSocket !== undefined && typeof options.webSocket !== 'function')
    throw invalidArgument('`webSocket` is a class.');
  checkWord('offlineQueue.overflow', config.offlineQueue.overflow, ['reject', 'dropOldest', 'dropNewest']);
  checkConnect(config, options);
  checkProfile(config);
  if (clientId === undefined) drawClientId(config);
  return config;
}

/** The address as a WebSocket takes it: without a fragment, which the standard forbids there. */
export function checkUrl(url: string | URL): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    // The platform's own error holds the whole URL, whose query may be signed.
    throw invalidArgument(`\`url\`: '${redact(String(url))}' is not a URL. One looks like wss://broker.example/mqtt.`);
  }
  if (parsed.protocol !== 'ws:' && parsed.protocol !== 'wss:')
    throw invalidArgument(
      `\`url\` begins with ws: or wss:, not with ${parsed.protocol} A page cannot open other sockets.`,
    );
  parsed.hash = '';
  return parsed.href;
}

/** Origin and path: the query may be signed, and the user information secret. */
export function publicUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** Throws what the codec throws at credentials that cannot be sent. */
export function credentialBytes({ username, password }: CredentialsOptions): Credentials {
  const credentials = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password: typeof password === 'string' ? payloadBytes(password) : password }),
  };
  packetSize(
    { type: 'connect', protocolVersion: 5, clientId: '', cleanStart: true, keepAliveSeconds: 0, ...credentials },
    5,
  );
  return credentials;
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
  return { topic, payload: payloadBytes(payload), qos, retain, ...(properties && { properties }) };
}

/** Numbers above 0, but for a QoS; and a client identifier and a will that the service takes. */
function checkProfile(config: SessionConfig): void {
  for (const [name, value] of Object.entries(config.brokerProfile))
    if (typeof value === 'number' && !(value > 0 || (value === 0 && name === 'maximumQoS')))
      throw invalidArgument(`\`brokerProfile.${name}\` is a number above 0, not ${value}.`);
  const excess = connectExcess(config);
  if (excess !== undefined) throw new MqttError(excess, 5);
}

/** Lets the codec look at a CONNECT as it will be, so that no attempt can fail for what is in the options. */
function checkConnect(config: SessionConfig, { credentials = {} }: ClientOptions): void {
  const handshake = new Handshake(config);
  try {
    const known = typeof credentials === 'function' ? {} : credentialBytes(credentials);
    packetSize(handshake.connectPacket(known), handshake.version);
  } catch (error) {
    if (error instanceof InvalidPacketError)
      throw invalidArgument(`The options cannot be sent: ${inOptions(error.message)}.`);
    throw error;
  }
}

/** Gives the client an identifier when it needs one, not before: making a client touches nothing of the platform. */
function drawClientId(config: SessionConfig): void {
  let drawn: string | undefined;
  Object.defineProperty(config, 'clientId', { enumerable: true, get: () => (drawn ??= randomClientId()) });
}

/** 22 letters and digits, which every server has to accept [MQTT-3.1.3-5], with 131 bits of chance. */
function randomClientId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(22));
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
