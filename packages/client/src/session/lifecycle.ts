/*
 * Attempts: when to dial, when to give up, what to tell. One attempt goes through these phases, and everything that ends
 * one goes through `#end`:
 *
 *   none ─► dialing ─► handshake ─► online ─► waiting ─► dialing …          (`stopping.ts` ends them for good)
 */
import type { ConnackPacket, DisconnectPacket } from '@mqtide/codec';
import { Attempts } from './attempts.ts';
import type { SessionConfig } from './config.ts';
import type { ConnectionState, Phase } from './connection.ts';
import type { Credentials, LifecycleEvent } from './events.ts';
import type { Failure } from './failure.ts';
import { failure, refusedBy } from './failures.ts';
import type { Handshake } from './handshake.ts';
import { Redirects } from './redirects.ts';
import { type Disposition, afterDisconnect } from './retry-policy.ts';
import type { SessionStart } from './resumption.ts';
import type { NegotiatedSettings } from './settings.ts';
import type { Turn } from './turn.ts';

/** What the rest of the session does when the connection changes. */
export interface LifecycleHooks {
  online(settings: NegotiatedSettings, session: SessionStart): void;
  /** There will be no further attempt: nothing may wait any longer. */
  ended(failure: Failure, keepsSession: boolean): void;
}

const NO_CONNACK =
  "It may speak another version of MQTT: try `protocolVersion: 'auto'`. Or it refuses `credentials` so.";

/** What the server said last. */
interface ClosingPackets {
  readonly connack?: ConnackPacket;
  readonly disconnect?: DisconnectPacket;
}

const WAITED_FOR: Readonly<Partial<Record<Phase, string>>> = {
  dialing: 'no URL, credentials or WebSocket',
  handshake: 'no CONNACK',
};

export class Lifecycle {
  readonly #turn: Turn;
  readonly #config: SessionConfig;
  readonly #hooks: LifecycleHooks;
  readonly #connection: ConnectionState;
  // Valid beyond the connection.
  readonly #handshake: Handshake;
  readonly #attempts: Attempts;
  readonly #redirects: Redirects;
  // Valid for the connection.
  #onlineSince = 0;

  constructor(
    turn: Turn,
    config: SessionConfig,
    connection: ConnectionState,
    handshake: Handshake,
    hooks: LifecycleHooks,
  ) {
    this.#turn = turn;
    this.#config = config;
    this.#connection = connection;
    this.#handshake = handshake;
    this.#hooks = hooks;
    this.#attempts = new Attempts(config);
    this.#redirects = new Redirects(config.redirect);
  }

  start(): void {
    this.#attempts.reset();
    this.#redirects.reset();
    const tooEarlyMs = this.#attempts.mustWait(this.#turn.now);
    if (tooEarlyMs > 0) this.#wait(tooEarlyMs);
    else this.#dial();
  }

  /** Returns whether a CONNECT was sent. */
  opened(credentials: Credentials): boolean {
    if (this.#connection.phase !== 'dialing') return false;
    this.#connection.enter('handshake');
    this.#attempts.connecting(this.#turn.now);
    this.#turn.send(this.#handshake.connectPacket(credentials));
    return true;
  }

  onConnack(connack: ConnackPacket): void {
    const answer = this.#handshake.onConnack(connack);
    if ('settings' in answer) {
      this.#online(connack, answer.settings, answer.session);
      return;
    }
    this.#closeWith(answer.closeWith, answer.failure, answer.disposition, { connack });
  }

  onDisconnect(packet: DisconnectPacket): void {
    const verdict = afterDisconnect(packet.reasonCode);
    const code = packet.reasonCode === 0x8e ? 'SESSION_TAKEN_OVER' : 'SERVER_DISCONNECTED';
    this.#end(refusedBy(code, packet, this.#handshake.version, verdict), verdict.disposition, {
      disconnect: packet,
    });
  }

  /** An exchange of enhanced authentication cannot go on: that ends the connection [MQTT-4.12.1-2] [SEC-4.12-b]. */
  authenticationFailed(reason: Failure): void {
    this.#closeWith(0x80, reason, 'newCredentials');
  }

  /** The server sent what it may not: say so, in 5.0, and close [MQTT3-4.8.0-1]. */
  violated(reasonCode: number, message: string): void {
    this.#closeWith(reasonCode, failure('PROTOCOL_ERROR', message, { reasonCode }));
  }

  malformed(reasonCode: number | undefined, message: string): void {
    if (!this.#connection.isOpen) return;
    const code = reasonCode === 0x95 ? 'PACKET_TOO_LARGE' : 'MALFORMED_PACKET';
    this.#tellWhy(reasonCode);
    this.#end(failure(code, message, { reasonCode }), this.#otherVersion());
  }

  dialFailed(reason: Failure): void {
    if (this.#connection.phase === 'dialing') this.#end(reason, reason.retryable ? 'retry' : 'fatal');
  }

  /** No attempt will ever do better. */
  fail(reason: Failure): void {
    this.#end(reason, 'fatal');
  }

  closed(code: number, reason: string): void {
    const { phase } = this.#connection;
    const detail = `WebSocket code ${code}${reason && `, '${reason}'`}`;
    if (phase === 'dialing' || phase === 'online')
      this.#end(failure(phase === 'dialing' ? 'SOCKET_OPEN_FAILED' : 'SOCKET_CLOSED', detail));
    else if (phase === 'handshake') {
      const unanswered = failure('SOCKET_CLOSED', `no answer to CONNECT, ${detail}`, { hint: NO_CONNACK });
      this.#end(unanswered, this.#otherVersion());
    }
  }

  /** A hint ends nothing and puts nothing off: it is a reason to look, or to hurry. */
  hint(hint: 'awake' | 'offline'): void {
    const { phase, keepAlive } = this.#connection;
    if (phase === 'online') keepAlive.probe();
    else if (phase === 'waiting' && hint === 'awake') this.#hurry();
  }

  /** The phase has lasted too long, or a ping was not answered. */
  tick(): void {
    const { phase, isOverdue, keepAlive } = this.#connection;
    if (isOverdue && phase === 'waiting') this.#dial();
    else if (isOverdue) this.#end(failure('CONNECT_TIMEOUT', WAITED_FOR[phase]));
    // The socket is half open: there is nobody to say DISCONNECT to, and it would cancel the will in 3.1.1.
    else if (phase === 'online' && !keepAlive.tick()) this.#end(failure('KEEPALIVE_TIMEOUT'));
  }

  /** However often the page is shown, attempts are `minDelayMs` apart. */
  #hurry(): void {
    const { now } = this.#turn;
    const soonMs = this.#attempts.soonMs(this.#turn.random);
    if (soonMs === undefined) return;
    const earliest = this.#connection.since + (this.#config.reconnect || { minDelayMs: 0 }).minDelayMs;
    const willRetryInMs = Math.max(soonMs, earliest - now, this.#attempts.mustWait(now));
    if (now + willRetryInMs >= this.#connection.endsAt) return;
    this.#connection.hasten(willRetryInMs);
    const attempt = this.#attempts.number + 1;
    this.#connection.changeStatus('waiting', attempt, { type: 'retryingSooner', willRetryInMs });
  }

  #dial(): void {
    this.#attempts.number += 1;
    this.#connection.enter('dialing', this.#config.connectTimeoutMs);
    const { number: attempt, lastFailure } = this.#attempts;
    this.#connection.changeStatus('connecting', attempt);
    const { version } = this.#handshake;
    const { host } = this.#redirects;
    this.#turn.do({ do: 'dial', attempt, version, lastFailure, host });
  }

  #online(connack: ConnackPacket, settings: NegotiatedSettings, session: SessionStart): void {
    this.#connection.online(settings);
    this.#attempts.succeeded();
    this.#onlineSince = this.#turn.now;
    this.#connection.changeStatus('connected', 0, { type: 'connectionSuccess', connack, settings });
    this.#hooks.online(settings, session);
  }

  #closeWith(
    reasonCode: number | undefined,
    reason: Failure,
    disposition?: Disposition | 'now',
    packets?: ClosingPackets,
  ): void {
    if (!this.#connection.isOpen) return;
    this.#tellWhy(reasonCode);
    this.#end(reason, disposition, packets);
  }

  /** In 3.1.1 a DISCONNECT means that all is well. */
  #tellWhy(reasonCode: number | undefined): void {
    if (reasonCode === 0 || (reasonCode !== undefined && this.#handshake.version === 5))
      this.#turn.send({ type: 'disconnect', reasonCode });
  }

  /** With 'auto' a CONNECT that got no answer is followed by the other version: at once, if nothing else would follow. */
  #otherVersion(): Disposition | 'now' {
    const isFirst = this.#handshake.version === 5;
    const isOther = this.#connection.phase === 'handshake' && this.#handshake.tryOtherVersion();
    return isOther && isFirst && this.#config.reconnect === false ? 'now' : 'retry';
  }

  /** The one way out of an attempt or a connection that failed. */
  #end(reason: Failure, disposition: Disposition | 'now' = 'retry', packets: ClosingPackets = {}): void {
    const wasOnline = this.#connection.phase === 'online';
    if (wasOnline) this.#attempts.connectionLasted(this.#turn.now - this.#onlineSince);
    this.#connection.hangUp();
    this.#attempts.lastFailure = reason;
    const isSentElsewhere = this.#redirects.ended(wasOnline, packets.connack ?? packets.disconnect);
    // While `stop()` drains there is no other attempt.
    const isStopping = this.#connection.status === 'stopping';
    let wishedMs = isStopping
      ? undefined
      : this.#attempts.delayAfter(isSentElsewhere ? 'now' : disposition, this.#turn.random);
    // It was dead, as was suspected when the page woke up.
    if (wishedMs !== undefined && wasOnline && this.#connection.keepAlive.isProbing)
      wishedMs = Math.min(wishedMs, this.#attempts.soonMs(this.#turn.random) ?? wishedMs);
    const delayMs = wishedMs === undefined ? undefined : Math.max(wishedMs, this.#attempts.mustWait(this.#turn.now));
    const retryable = delayMs !== undefined;
    const shown = reason.retryable === retryable ? reason : { ...reason, retryable };
    const type = wasOnline ? 'disconnection' : 'connectionFailure';
    const willRetry = delayMs === undefined ? {} : { willRetryInMs: delayMs };
    const event: LifecycleEvent = { type, failure: shown, ...packets, ...willRetry };
    if (isStopping) {
      // The rest is done by `stop()`, in this turn.
      this.#connection.enter('none');
      this.#connection.changeStatus('stopping', 0, event);
      return;
    }
    if (delayMs === undefined) this.#hooks.ended(shown, this.#turn.journal !== undefined);
    this.#connection.lost(shown);
    if (delayMs === undefined) {
      this.#handshake.forgetSession();
      this.#turn.forgetWake();
      this.#connection.changeStatus('failed', 0, event);
      return;
    }
    this.#wait(delayMs, event);
  }

  #wait(delayMs: number, event?: LifecycleEvent): void {
    this.#connection.enter('waiting', delayMs);
    this.#connection.changeStatus('waiting', this.#attempts.number + 1, event);
  }
}
