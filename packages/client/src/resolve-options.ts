/* Options with their defaults, checked once: what is wrong is said by `createClient`, not by the first connection. */
import type { ProtocolVersion, Will } from '@mqtide/codec';
import type { EnginePort } from './engine.ts';
import { MqttError, invalidArgument } from './errors.ts';
import type { ClientOptions, CredentialsOptions } from './options.ts';
import { payloadBytes } from './payload.ts';
import { checkPacket, group, oneOf, whole, wholeOrInfinity } from './rules.ts';
import type { SessionConfig } from './session/config.ts';
import { defined } from './session/defined.ts';
import type { Credentials } from './session/events.ts';
import { Handshake } from './session/handshake.ts';
import { connectExcess, keepAliveWithin } from './session/profile-limits.ts';

const MINUTE = 60_000;
const MEBIBYTE = 1_048_576;

/** `options.ts` says what they mean. What goes into CONNECT has its bounds in the codec. */
const reconnectPolicy = group({
  minDelayMs: whole(1_000),
  maxDelayMs: whole(2 * MINUTE),
  jitter: oneOf('full', 'decorrelated', 'none'),
  minConnectedTimeToResetMs: whole(30_000),
});
const rules = group({
  protocolVersion: oneOf(5, 4, 'auto'),
  keepAliveSeconds: whole(60),
  // 0 milliseconds leave no time for anything.
  connectTimeoutMs: whole(15_000, 1),
  pingTimeoutMs: whole(10_000, 1),
  ackTimeoutMs: whole(MINUTE, 1),
  session: group({
    behavior: oneOf(undefined, 'clean', 'rejoinPostSuccess', 'rejoinAlways'),
    expirySeconds: whole(300),
    onLost: oneOf('republishQos1', 'republish', 'fail'),
  }),
  reconnect: (given, name) => given !== false && reconnectPolicy(given, name),
  offlineQueue: group({
    behavior: oneOf('failQos0PublishOnDisconnect', 'failNonQos1PublishOnDisconnect', 'failAllOnDisconnect'),
    maxOperations: wholeOrInfinity(10_000),
    maxBytes: wholeOrInfinity(16 * MEBIBYTE),
    maxAgeMs: wholeOrInfinity(5 * MINUTE),
    overflow: oneOf('reject', 'dropOldest', 'dropNewest'),
  }),
  topicAliasing: group({
    outbound: oneOf('lru', 'manual', 'none'),
    outboundMaximum: whole(16),
    inboundMaximum: whole(16),
  }),
  limits: group({ receiveMaximum: whole(256), maximumPacketSize: whole(16 * MEBIBYTE) }),
  unroutedHoldMs: whole(30_000),
  pageLifecycle: oneOf('auto', 'none'),
});

/** What the session is configured with, and what its client is besides. */
export interface ClientConfig extends SessionConfig {
  readonly unroutedHoldMs: number;
  readonly pageLifecycle: 'auto' | 'none';
}

/** Which option a field of CONNECT comes from, where it has another name. */
const FIELDS: readonly (readonly [field: string, option: string])[] = [
  ['username', 'credentials.username'],
  ['password', 'credentials.password'],
  ['properties.sessionExpiryInterval', 'session.expirySeconds'],
  ['properties.receiveMaximum', 'limits.receiveMaximum'],
  ['properties.maximumPacketSize', 'limits.maximumPacketSize'],
  ['properties.topicAliasMaximum', 'topicAliasing.inboundMaximum'],
  ['properties.authenticationMethod', 'authentication.method'],
  ['properties', 'connectProperties'],
];

/** What the session is configured with. Throws `INVALID_ARGUMENT`. */
export function resolveOptions(options: ClientOptions): ClientConfig {
  const { url, clientId, will, connectProperties, authentication, credentials = {}, redirect } = options;
  const { brokerProfile = {}, webSocket } = options;
  const values = rules(options, '');
  const { protocolVersion } = values;
  const isDurable = options.session?.store !== undefined;
  if (typeof url !== 'function') checkUrl(url);
  if (isDurable && !clientId) throw invalidArgument('A `session.store` needs a `clientId` to find the session by.');
  if (values.reconnect && values.reconnect.minDelayMs > values.reconnect.maxDelayMs)
    throw invalidArgument('`reconnect.minDelayMs` is above `maxDelayMs`.');
  if (authentication && protocolVersion === 4) throw invalidArgument('`authentication` needs MQTT 5.');
  if (authentication && !(authentication.method && typeof authentication.begin === 'function'))
    throw invalidArgument('`authentication` has a `method` and a function `begin`.');
  if (webSocket !== undefined && typeof webSocket !== 'function') throw invalidArgument('`webSocket` is a class.');
  if (redirect && !isListOfText(redirect.allow)) throw invalidArgument('`redirect.allow` is a list of names of hosts.');
  const config: ClientConfig = {
    ...values,
    // Nothing may be sent without authentication because a server spoke 3.1.1.
    protocolVersion: authentication && protocolVersion === 'auto' ? 5 : protocolVersion,
    clientId: clientId ?? '',
    clientIdGiven: clientId !== undefined,
    isDurable,
    keepAliveSeconds: keepAliveWithin(values.keepAliveSeconds, brokerProfile),
    brokerProfile,
    ...defined({
      will: will && resolveWill(will),
      connectProperties,
      authenticationMethod: authentication?.method,
      redirect: redirect?.allow,
    }),
    credentialsChange: typeof credentials === 'function' || authentication?.isRenewable === true,
    urlChanges: typeof url === 'function',
  };
  // As it will be, so that no attempt can fail for what is in the options.
  const handshake = new Handshake(config);
  const known = typeof credentials === 'function' ? {} : credentialBytes(credentials);
  checkPacket(handshake.connectPacket(known), handshake.version, FIELDS);
  checkProfile(config);
  let drawn = clientId;
  return {
    ...config,
    /** Drawn when it is needed, not before: making a client touches nothing of the platform. */
    get clientId() {
      return (drawn ??= randomClientId());
    },
  };
}

const isListOfText = (list: unknown): boolean => Array.isArray(list) && list.every((each) => typeof each === 'string');

/** The version that is spoken; with `'auto'` it is not known before there is a connection. */
export function versionOf(
  { status, version }: EnginePort,
  { protocolVersion }: SessionConfig,
): ProtocolVersion | 'auto' {
  return status === 'connected' ? version : protocolVersion;
}

/** The address as a WebSocket takes it: without a fragment, which the standard forbids there. */
export function checkUrl(url: string | URL): string {
  let parsed: URL | undefined;
  try {
    parsed = new URL(url);
  } catch {
    // The platform's own error holds the whole URL, whose query may be signed.
  }
  if (parsed === undefined || !/^wss?:$/.test(parsed.protocol))
    throw invalidArgument(
      `\`url\`: '${publicUrl(String(url))}' is not like wss://broker.example/mqtt. A page can open ws: and wss: alone.`,
    );
  parsed.hash = '';
  return parsed.href;
}

/** Throws `INVALID_ARGUMENT` for what cannot be sent. */
export function credentialBytes({ username, password }: CredentialsOptions): Credentials {
  const bytes = typeof password === 'string' ? payloadBytes(password) : password;
  const credentials: Credentials = defined({ username, password: bytes });
  const packet = { type: 'connect', protocolVersion: 5, clientId: '', cleanStart: true, keepAliveSeconds: 0 } as const;
  checkPacket({ ...packet, ...credentials }, 5, FIELDS);
  return credentials;
}

/** Origin and path: the query may be signed, and the user information secret. */
export function publicUrl(url: string): string {
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

/** 22 letters and digits, which every server has to accept [MQTT-3.1.3-5], with 113 bits of chance. */
function randomClientId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(22)), (byte) => (byte % 36).toString(36)).join('');
}
