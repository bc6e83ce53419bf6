/*
 * The connection: when to dial, when to give up, what to tell. One attempt goes through these phases, and everything
 * that ends one goes through `#end`:
 *
 *   none ─► dialing ─► handshake ─► online ─► none            (closing: stop() waits for the socket to be gone)
 *
 * The status is what the application sees; the phase says what this connection expects next.
 */
import type { ConnackPacket, DisconnectPacket, ProtocolVersion } from '@mqtide/codec';
import { Attempts } from './attempts.ts';
import type { SessionConfig } from './config.ts';
import { defined } from './defined.ts';
import type { ConnectionStatus, Credentials, LifecycleEvent, StopRequest } from './events.ts';
import type { Failure } from './failure.ts';
import { failure, refusedBy } from './failures.ts';
import { Handshake } from './handshake.ts';
import { KeepAlive } from './keep-alive.ts';
import { type Disposition, afterDisconnect } from './retry-policy.ts';
import type { NegotiatedSettings } from './settings.ts';
import type { Turn } from './turn.ts';

type Phase = 'none' | 'dialing' | 'handshake' | 'online' | 'closing';

/** What the rest of the session does when the connection changes. */
export interface LifecycleHooks {
  online(settings: NegotiatedSettings, resumed: boolean): void;
  connectionLost(): void;
  /** There will be no further attempt: nothing may wait any longer. */
  ended(failure: Failure, keepsSession: boolean): void;
}

/** How long `stop()` waits for the closing handshake of the WebSocket. */
const CLOSE_TIMEOUT_MS = 2_000;

const NO_CONNACK =
  "It may speak another version of MQTT: try `protocolVersion: 'auto'`. Or it refuses `credentials` so.";

const WAITED_FOR: Readonly<Partial<Record<Phase, string>>> = {
  dialing: 'no URL, credentials or WebSocket',
  handshake: 'no CONNACK',
};

export class Lifecycle {
  readonly #turn: Turn;
  readonly #config: SessionConfig;
  readonly #hooks: LifecycleHooks;
  readonly #keepAlive: KeepAlive;
  // Valid beyond the connection.
  readonly #handshake: Handshake;
  readonly #attempts: Attempts;
  #status: ConnectionStatus = 'idle';
  #retryAt: number | undefined;
  // Valid for the connection.
  #phase: Phase = 'none';
  #settings: NegotiatedSettings | undefined;
  /** When this phase has lasted too long. */
  #phaseEndsAt: number | undefined;
  #onlineSince = 0;

  constructor(turn: Turn, config: SessionConfig, hooks: LifecycleHooks) {
    this.#turn = turn;
    this.#config = config;
    this.#hooks = hooks;
    this.#keepAlive = new KeepAlive(turn, config.pingTimeoutMs);
    this.#handshake = new Handshake(config);
    this.#attempts = new Attempts(config);
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  get version(): ProtocolVersion {
    return this.#handshake.version;
  }

  /** What was agreed on, while online. */
  get settings(): NegotiatedSettings | undefined {
    return this.#settings;
  }

  get phase(): Phase {
    return this.#phase;
  }

  start(): void {
    this.#attempts.reset();
    this.#dial();
  }

  opened(credentials: Credentials): void {
    if (this.#phase !== 'dialing') return;
    this.#phase = 'handshake';
    this.#turn.send(this.#handshake.connectPacket(credentials));
  }

  onConnack(connack: ConnackPacket, random: number): void {
    const answer = this.#handshake.onConnack(connack);
    if (answer.accepted) {
      this.#online(connack, answer.settings, answer.resumed);
      return;
    }
    if (answer.closeWith !== undefined) this.#turn.send({ type: 'disconnect', reasonCode: answer.closeWith });
    this.#end(answer.failure, answer.disposition, random, { connack });
  }

  onDisconnect(packet: DisconnectPacket, random: number): void {
    const verdict = afterDisconnect(packet.reasonCode);
    const code = packet.reasonCode === 0x8e ? 'SESSION_TAKEN_OVER' : 'SERVER_DISCONNECTED';
    this.#end(refusedBy(code, packet, this.version, verdict), verdict.disposition, random, { disconnect: packet });
  }

  /** The server sent what it may not: say so, in 5.0, and close [MQTT3-4.8.0-1]. */
  violated(reasonCode: number, message: string, random: number): void {
    this.#closeWith(reasonCode, failure('PROTOCOL_ERROR', message, { reasonCode }), random);
  }

  malformed(reasonCode: number | undefined, message: string, random: number): void {
    const inHandshake = this.#phase === 'handshake';
    this.#closeWith(
      reasonCode,
      failure(reasonCode === 0x95 ? 'PACKET_TOO_LARGE' : 'MALFORMED_PACKET', message, defined({ reasonCode })),
      random,
    );
    if (inHandshake) this.#handshake.tryOtherVersion();
  }

  dialFailed(reason: Failure, random: number): void {
    if (this.#phase === 'dialing') this.#end(reason, reason.retryable ? 'retry' : 'fatal', random);
  }

  /** Our own CONNECT cannot be encoded: no attempt will ever do better. */
  unconnectable(message: string): void {
    this.#end(failure('INVALID_ARGUMENT', message), 'fatal', 0);
  }

  closed(code: number, reason: string, random: number): void {
    const detail = `WebSocket code ${code}${reason && `, '${reason}'`}`;
    switch (this.#phase) {
      case 'none':
        return;
      case 'closing':
        this.#stopped();
        return;
      case 'dialing':
        this.#end(failure('SOCKET_OPEN_FAILED', detail), 'retry', random);
        return;
      case 'handshake':
        this.#handshake.tryOtherVersion();
        this.#end(failure('SOCKET_CLOSED', `no answer to CONNECT, ${detail}`, { hint: NO_CONNACK }), 'retry', random);
        return;
      case 'online':
        this.#end(failure('SOCKET_CLOSED', detail), 'retry', random);
    }
  }

  /** Ends the connection and the session, unless the request says that the session goes on. */
  stop(request: StopRequest): void {
    // Before CONNACK, too: the server may have begun the session already, and would publish the will.
    const staysOpen = this.#phase === 'online' || this.#phase === 'handshake';
    if (staysOpen) this.#turn.send(this.#handshake.disconnectPacket(request, this.#settings));
    const keepsSession = (request.sessionExpirySeconds ?? 0) > 0;
    if (!keepsSession) this.#handshake.forgetSession();
    if (this.#phase !== 'none') this.#turn.do({ do: 'hangUp' });
    // First, since the loss of the connection would fail what may not wait for another one.
    this.#hooks.ended(failure('STOPPED'), keepsSession);
    this.#disconnected();
    this.#retryAt = undefined;
    if (!staysOpen) {
      this.#stopped();
      return;
    }
    this.#phase = 'closing';
    this.#phaseEndsAt = this.#turn.now + CLOSE_TIMEOUT_MS;
    this.#turn.wake(this.#phaseEndsAt);
    this.#changeStatus('stopping');
  }

  /** `stop()` was called, and what is under way may still finish. */
  drain(): void {
    this.#changeStatus('stopping');
  }

  heard(): void {
    this.#keepAlive.heard();
  }

  tick(random: number): void {
    const { now } = this.#turn;
    if (this.#phaseEndsAt !== undefined && now >= this.#phaseEndsAt) {
      if (this.#phase === 'closing') this.#stopped();
      else this.#end(failure('CONNECT_TIMEOUT', WAITED_FOR[this.#phase]), 'retry', random);
    } else if (this.#retryAt !== undefined && now >= this.#retryAt) {
      this.#dial();
    } else if (this.#phase === 'online' && !this.#keepAlive.tick()) {
      // The socket is half open: there is nobody to say DISCONNECT to, and it would cancel the will in 3.1.1.
      this.#end(failure('KEEPALIVE_TIMEOUT'), 'retry', random);
    }
  }

  /** Asks for the ticks of the deadlines that stand. */
  schedule(): void {
    const forever = Number.POSITIVE_INFINITY;
    this.#turn.wake(Math.min(this.#phaseEndsAt ?? forever, this.#retryAt ?? forever));
    if (this.#phase === 'online') this.#keepAlive.schedule();
  }

  #dial(): void {
    this.#attempts.number += 1;
    this.#retryAt = undefined;
    this.#phase = 'dialing';
    this.#phaseEndsAt = this.#turn.now + this.#config.connectTimeoutMs;
    this.#turn.wake(this.#phaseEndsAt);
    const { number: attempt, lastFailure } = this.#attempts;
    this.#changeStatus('connecting');
    this.#turn.do({ do: 'dial', attempt, version: this.version, ...(lastFailure && { lastFailure }) });
  }

  #online(connack: ConnackPacket, settings: NegotiatedSettings, resumed: boolean): void {
    this.#phase = 'online';
    this.#phaseEndsAt = undefined;
    this.#settings = settings;
    this.#attempts.succeeded();
    this.#onlineSince = this.#turn.now;
    this.#keepAlive.connected(settings.keepAliveSeconds);
    this.#changeStatus('connected', { type: 'connectionSuccess', connack, settings });
    this.#hooks.online(settings, resumed);
  }

  #closeWith(reasonCode: number | undefined, reason: Failure, random: number): void {
    if (this.#phase !== 'online' && this.#phase !== 'handshake') return;
    // In 3.1.1 a DISCONNECT would mean that all is well.
    if (this.version === 5 && reasonCode !== undefined) this.#turn.send({ type: 'disconnect', reasonCode });
    this.#end(reason, 'retry', random);
  }

  /** The one way out of an attempt or a connection that failed. */
  #end(
    reason: Failure,
    disposition: Disposition | 'now',
    random: number,
    packets: { readonly connack?: ConnackPacket; readonly disconnect?: DisconnectPacket } = {},
  ): void {
    const wasOnline = this.#phase === 'online';
    if (wasOnline) this.#attempts.connectionLasted(this.#turn.now - this.#onlineSince);
    if (this.#phase !== 'none') this.#turn.do({ do: 'hangUp' });
    this.#attempts.lastFailure = reason;
    const delayMs = this.#attempts.delayAfter(disposition, random);
    const retryable = delayMs !== undefined;
    const shown = reason.retryable === retryable ? reason : { ...reason, retryable };
    const type = wasOnline ? 'disconnection' : 'connectionFailure';
    const willRetry = delayMs === undefined ? {} : { willRetryInMs: delayMs };
    const event: LifecycleEvent = { type, failure: shown, ...packets, ...willRetry };
    if (delayMs === undefined) this.#hooks.ended(shown, false);
    this.#disconnected();
    if (delayMs === undefined) {
      this.#handshake.forgetSession();
      this.#turn.forgetWake();
      this.#changeStatus('failed', event);
      return;
    }
    this.#retryAt = this.#turn.now + delayMs;
    this.#turn.wake(this.#retryAt);
    this.#changeStatus('waiting', event);
  }

  #disconnected(): void {
    this.#phase = 'none';
    this.#phaseEndsAt = undefined;
    this.#keepAlive.disconnected();
    if (this.#settings === undefined) return;
    this.#settings = undefined;
    this.#hooks.connectionLost();
  }

  #stopped(): void {
    this.#phase = 'none';
    this.#phaseEndsAt = undefined;
    this.#turn.forgetWake();
    this.#changeStatus('stopped', { type: 'stopped' });
  }

  #changeStatus(status: ConnectionStatus, event?: LifecycleEvent): void {
    this.#status = status;
    const { number } = this.#attempts;
    const attempt = status === 'connecting' ? number : status === 'waiting' ? number + 1 : 0;
    this.#turn.do({ do: 'status', status, attempt, ...(event && { event }) });
  }
}
