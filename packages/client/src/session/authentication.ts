/*
 * Enhanced authentication, section 4.12. The mechanism is the application's and may be asynchronous: it is asked with an
 * `authenticate` action and answers with an `authenticationStep`.
 *
 *   connecting   CONNECT ─► AUTH 0x18 ─► respond ─► AUTH 0x18 ─► … ─► CONNACK ─► verify ─► online
 *   renewing     begin ─► AUTH 0x19 ─► AUTH 0x18 ─► respond ─► AUTH 0x18 ─► … ─► AUTH 0x00 ─► verify
 */
import type { AuthPacket, ConnackPacket, Packet } from '@mqtide/codec';
import type { AuthenticationAnswer, SessionEvent } from './events.ts';
import type { Failure } from './failure.ts';
import { failure } from './failures.ts';
import { oversize } from './limits.ts';
import type { Violation } from './outbound.ts';
import type { Turn } from './turn.ts';

interface Exchange {
  /** Whether it is the server's turn, or which answer of the mechanism is awaited. */
  awaits: 'server' | 'begin' | 'respond' | 'verify';
  /** Renewing may take so long; connecting has `connectTimeoutMs`. */
  readonly deadline: number;
  readonly isRenewal: boolean;
  /** Settled when a renewal is over. */
  op?: number | undefined;
}

export class Authentication {
  readonly #turn: Turn;
  readonly #method: string | undefined;
  readonly #timeoutMs: number;
  // Valid for the connection.
  #exchange: Exchange | undefined;
  /** What came with and after a CONNACK that is not verified yet. */
  readonly #held: Packet[] = [];

  constructor(turn: Turn, method: string | undefined, timeoutMs: number) {
    this.#turn = turn;
    this.#method = method;
    this.#timeoutMs = timeoutMs;
  }

  /** A CONNECT was sent. */
  connecting(): void {
    this.#held.length = 0;
    if (this.#method !== undefined)
      this.#exchange = { awaits: 'server', deadline: Number.POSITIVE_INFINITY, isRenewal: false };
  }

  /** Begins a re-authentication, on a connection that was made with a method [MQTT-4.12.0-7] [MQTT-4.12.1-1]. */
  renew(event: SessionEvent & { readonly type: 'reauthenticate' }): void {
    const { op, timeoutMs = this.#timeoutMs } = event;
    const refused = this.#refusal();
    if (refused !== undefined) {
      this.#turn.fail(op, refused);
      return;
    }
    const deadline = this.#turn.now + timeoutMs;
    this.#exchange = { awaits: 'begin', deadline, isRenewal: true, op };
    this.#turn.wake(deadline);
    this.#turn.do({ do: 'authenticate', step: 'begin' });
  }

  onAuth({ reasonCode, properties }: AuthPacket): Violation {
    const exchange = this.#exchange;
    if (exchange?.awaits !== 'server') return 'an unexpected AUTH'; // [MQTT-4.12.0-6]
    if (properties?.authenticationMethod !== this.#method) return 'AUTH with another method'; // [MQTT-4.12.0-5]
    const isOver = reasonCode === 0;
    if (isOver ? !exchange.isRenewal : reasonCode !== 0x18) return `AUTH with reason code ${reasonCode}`; // [MQTT-4.12.0-2]
    this.#ask(exchange, isOver ? 'verify' : 'respond', properties?.authenticationData);
    return undefined;
  }

  /** Whether a packet that came before the client is online has to wait until the CONNACK is verified. */
  holds(packet: Packet): boolean {
    const exchange = this.#exchange;
    if (exchange?.awaits === 'verify') this.#held.push(packet);
    else if (packet.type === 'connack' && exchange?.awaits === 'server' && this.#isSuccess(packet)) {
      this.#held.push(withoutData(packet));
      this.#ask(exchange, 'verify', packet.properties?.authenticationData);
    } else return false;
    return true;
  }

  /** What is wrong with a CONNACK that was not held. */
  objection(connack: ConnackPacket): Violation {
    if (connack.reasonCode !== 0) return undefined;
    if (!this.#isSuccess(connack)) return 'CONNACK with another authentication method'; // [MQTT-4.12.0-5] [MQTT-4.12.0-6]
    return this.#exchange && 'CONNACK before the answer to AUTH';
  }

  /** The mechanism has answered. Returns what can be looked at now, or why the exchange has failed. */
  answered(answer: AuthenticationAnswer): readonly Packet[] | Failure {
    const exchange = this.#exchange;
    if (exchange === undefined || exchange.awaits === 'server') return [];
    if ('failure' in answer) return this.#failed(exchange, answer.failure);
    if (exchange.awaits === 'verify') {
      this.#exchange = undefined;
      this.#turn.settle(exchange.op, { ok: true });
      return this.#held.splice(0);
    }
    const { data: authenticationData } = answer;
    const packet: AuthPacket = {
      type: 'auth',
      reasonCode: exchange.awaits === 'begin' ? 0x19 : 0x18,
      properties: { authenticationMethod: this.#method as string, ...(authenticationData && { authenticationData }) },
    };
    const { settings } = this.#turn;
    const tooLarge = settings && oversize(packet, settings);
    if (tooLarge !== undefined) return this.#failed(exchange, tooLarge);
    exchange.awaits = 'server';
    this.#turn.send(packet);
    return [];
  }

  /** Nobody waits any more; the exchange goes on. */
  cancel(op: number): void {
    if (this.#exchange?.op === op) this.#exchange.op = undefined;
  }

  /** Why a renewal has failed that has taken too long. If it has not, asks for a tick when it will have. */
  get overdue(): Failure | undefined {
    const isOverdue = this.#exchange !== undefined && this.#turn.isOverdue(this.#exchange.deadline);
    return isOverdue ? failure('AUTHENTICATION_FAILED', 'not over in time') : undefined;
  }

  connectionLost(reason: Failure): void {
    const op = this.#exchange?.op;
    this.#exchange = undefined;
    this.#turn.fail(op, reason);
  }

  #refusal(): Failure | undefined {
    const { settings } = this.#turn;
    if (settings?.protocolVersion === 4) return failure('UNSUPPORTED_BY_SERVER', 'authentication, in MQTT 3.1.1');
    if (this.#method === undefined) return failure('INVALID_STATE', 'there is no `authentication`');
    if (settings === undefined) return failure('INVALID_STATE', 'there is no connection');
    return this.#exchange && failure('INVALID_STATE', 'an authentication is under way');
  }

  #isSuccess({ reasonCode, properties }: ConnackPacket): boolean {
    return reasonCode === 0 && properties?.authenticationMethod === this.#method;
  }

  /** A renewal that has not begun on the wire costs no connection. */
  #failed(exchange: Exchange, reason: Failure): Failure | [] {
    if (exchange.awaits !== 'begin') return reason;
    this.#exchange = undefined;
    this.#turn.fail(exchange.op, reason);
    return [];
  }

  #ask(exchange: Exchange, step: 'respond' | 'verify', data: Uint8Array | undefined): void {
    exchange.awaits = step;
    this.#turn.do({ do: 'authenticate', step, data });
  }
}

/** A CONNACK as it may be seen: its Authentication Data is the mechanism's alone. */
export function withoutData(connack: ConnackPacket): ConnackPacket {
  if (connack.properties?.authenticationData === undefined) return connack;
  const { authenticationData: _secret, ...properties } = connack.properties;
  return { ...connack, properties };
}
