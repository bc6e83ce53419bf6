/* The first and the last packet: which version is spoken, under which identifier, in which session. */
import type {
  ConnackPacket,
  ConnectPacket,
  DisconnectPacket,
  ProtocolVersion,
  PropertiesOf,
  Will,
} from '@mqtide/codec';
import type { SessionConfig } from './config.ts';
import { defined } from './defined.ts';
import type { Credentials, StopRequest } from './events.ts';
import type { Failure } from './failure.ts';
import { failure, refusedBy } from './failures.ts';
import type { Journal } from './journal.ts';
import { oversize } from './limits.ts';
import { Resumption, type SessionStart } from './resumption.ts';
import { type Disposition, afterConnack } from './retry-policy.ts';
import { type NegotiatedSettings, negotiate } from './settings.ts';

/** What comes of a CONNACK. A failure with `closeWith` is told to the server in a DISCONNECT. */
export type Answer =
  | { readonly settings: NegotiatedSettings; readonly session: SessionStart }
  | {
      readonly failure: Failure;
      readonly disposition: Disposition | 'now';
      readonly closeWith: number | undefined;
    };

export class Handshake {
  readonly #config: SessionConfig;
  readonly #resumption: Resumption;
  /** That of the server, once it has assigned one [MQTT-3.1.3-7]. */
  #clientId: string | undefined;
  /** What to tell the server in CONNECT. */
  receiveMaximum: number;
  #version: ProtocolVersion;
  /** With 'auto': no connection has succeeded yet, so either version may be the right one. */
  #versionOpen: boolean;

  constructor(config: SessionConfig) {
    this.#config = config;
    this.receiveMaximum = config.limits.receiveMaximum;
    this.#resumption = new Resumption(config);
    this.#version = config.protocolVersion === 'auto' ? 5 : config.protocolVersion;
    this.#versionOpen = config.protocolVersion === 'auto';
  }

  get version(): ProtocolVersion {
    return this.#version;
  }

  connectPacket({ username, password, authenticationData }: Credentials): ConnectPacket {
    const version = this.#version;
    const { will, keepAliveSeconds } = this.#config;
    return {
      type: 'connect',
      protocolVersion: version,
      clientId: this.#clientId ?? this.#config.clientId,
      cleanStart: this.#resumption.cleanStart(version),
      keepAliveSeconds,
      ...(will && { will: version === 5 ? will : willOf311(will) }),
      ...defined({ username, password }),
      ...(version === 5 && { properties: this.#connectProperties(authenticationData) }),
    };
  }

  /** The DISCONNECT of a graceful end. */
  disconnectPacket(
    request: StopRequest,
    settings: NegotiatedSettings | undefined,
    keepsSession: boolean,
  ): DisconnectPacket {
    const { reasonCode = 0, sessionExpirySeconds = keepsSession ? undefined : 0, userProperties } = request;
    if (this.#version === 4) return { type: 'disconnect', reasonCode: 0 };
    // A session that was to end with the connection cannot be prolonged now [SEC-3.14.2.2.2-a].
    const lasts = (settings?.sessionExpirySeconds ?? this.#resumption.expirySeconds(5)) > 0;
    const sessionExpiryInterval = lasts ? sessionExpirySeconds : undefined;
    const packet = (properties: object) => ({ type: 'disconnect', reasonCode, properties }) as const;
    const whole = packet(defined({ sessionExpiryInterval, userProperties }));
    // [MQTT-3.14.2-4]
    return settings && oversize(whole, settings) ? packet(defined({ sessionExpiryInterval })) : whole;
  }

  onConnack(connack: ConnackPacket): Answer {
    const version = this.#version;
    if (connack.reasonCode !== 0) return this.#refused(connack);
    const settings = negotiate(
      {
        protocolVersion: version,
        clientId: this.#clientId ?? this.#config.clientId,
        sessionExpirySeconds: this.#resumption.expirySeconds(version),
        keepAliveSeconds: this.#config.keepAliveSeconds,
        brokerProfile: this.#config.brokerProfile,
      },
      connack,
    );
    if (version === 5 && settings.clientId === '') return violation('CONNACK assigns no client identifier'); // [MQTT-3.2.2-16]
    const verdict = this.#resumption.judge(connack, version);
    if (verdict === 'violation') return violation('CONNACK has Session Present after Clean Start');
    if (verdict === 'unknown' || verdict === 'purged')
      return {
        failure: failure('SESSION_LOST', 'it had one of this `clientId` from before'),
        disposition: 'now',
        // Not an error code: that would have the will published.
        closeWith: 0,
      };
    this.#versionOpen = false;
    this.#clientId = settings.clientId;
    this.#resumption.isKnown = settings.sessionExpirySeconds > 0;
    return { settings, session: verdict };
  }

  /** With 'auto' the next attempt speaks the other version, until one has succeeded. Returns whether it does. */
  tryOtherVersion(): boolean {
    if (this.#versionOpen) this.#version = this.#version === 5 ? 4 : 5;
    return this.#versionOpen;
  }

  /** Goes on with the session of an earlier page, if it has one in the version that is spoken. */
  restore({ version }: Journal): void {
    if (version !== undefined && this.#versionOpen) this.#version = version;
    this.#resumption.restored(version === this.#version);
  }

  forgetSession(): void {
    this.#resumption.forget(this.#version);
  }

  #refused(connack: ConnackPacket): Answer {
    const verdict = afterConnack(connack.reasonCode);
    const refused = refusedBy('CONNACK_REFUSED', connack, this.#version, verdict);
    // Unsupported Protocol Version [MQTT-3.1.2-2].
    const fallsBack = this.#version === 5 && connack.reasonCode === 0x84 && this.tryOtherVersion();
    const disposition = fallsBack ? 'now' : verdict.disposition;
    return { failure: refused, disposition, closeWith: undefined };
  }

  #connectProperties(authenticationData: Uint8Array | undefined): PropertiesOf<'connect'> {
    const { connectProperties, limits, topicAliasing, authenticationMethod } = this.#config;
    return {
      ...connectProperties,
      receiveMaximum: this.receiveMaximum,
      maximumPacketSize: limits.maximumPacketSize,
      ...defined({
        // 0 is what is meant without them.
        sessionExpiryInterval: this.#resumption.expirySeconds(5) || undefined,
        topicAliasMaximum: topicAliasing.inboundMaximum || undefined,
        authenticationMethod,
        authenticationData,
      }),
    };
  }
}

function violation(message: string): Answer {
  const reasonCode = 0x82;
  return { failure: failure('PROTOCOL_ERROR', message, { reasonCode }), disposition: 'retry', closeWith: reasonCode };
}

/** A will as 3.1.1 can say it: without properties. */
function willOf311({ topic, payload, qos, retain }: Will): Will {
  return { topic, payload, qos, retain };
}
