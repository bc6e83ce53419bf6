import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Cloud } from '../cloud/cloud.ts';
import { Dice } from '../faults.ts';
import type { DisconnectReason, Throttling } from './client-link.ts';
import type { Upgrade } from './connecting.ts';
import { Connection } from './connection.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { type SessionRecord, sessionName } from './session-record.ts';
import { isSigned, verifySignature } from './sigv4.ts';

/** That a client came or went: `$aws/events/presence/<event>/<client id>`. */
export interface Presence {
  readonly event: 'connected' | 'disconnected';
  readonly clientId: string;
  readonly principalId: string;
  readonly sessionIdentifier: string;
  readonly version: number;
  readonly reason: DisconnectReason | undefined;
}

/** The WebSocket endpoint: `/mqtt`, signed or for an authorizer. */
export class Gateway {
  readonly cloud: Cloud;
  readonly brokerPort: number;
  readonly dice: Dice;
  /** How often clients sent too much. */
  readonly throttled: Record<Throttling, number> = { discarded: 0, delayed: 0 };
  readonly #presence: (presence: Presence) => void;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
  /** All that are open, by connection id. */
  readonly #connections = new Map<string, Connection>();
  /** Those that are let in, by client identifier. */
  readonly #clients = new Map<string, Connection>();
  readonly #lastConnect = new Map<string, number>();
  readonly #sessions = new Map<string, SessionRecord>();

  constructor(cloud: Cloud, brokerPort: number, presence: (presence: Presence) => void) {
    this.cloud = cloud;
    this.brokerPort = brokerPort;
    this.dice = new Dice(cloud.faults.seed);
    this.#presence = presence;
  }

  /** A request to become a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const [path, queryString] = splitAtQuestionMark(request.url ?? '');
    if (path !== '/mqtt') return refuseUpgrade(socket, 404, 'Not Found');
    if (!/(^|,\s*)mqtt(\s*,|$)/.test(request.headers['sec-websocket-protocol'] ?? '')) {
      return refuseUpgrade(socket, 400, 'Sec-WebSocket-Protocol must offer mqtt.');
    }
    const wantsSignature = isSigned(queryString);
    const { region, clock, switches, accessKeys } = this.cloud;
    const { method = '', headers } = request;
    const verdict = wantsSignature
      ? verifySignature(
          { method, path, query: queryString, host: headers.host ?? '' },
          { region, now: clock.now(), ...switches, find: (id) => accessKeys.get(id) },
        )
      : undefined;
    if (verdict !== undefined && 'refused' in verdict) return refuseUpgrade(socket, 403, verdict.refused);
    const upgrade = {
      connectionId: randomUUID(),
      signer: verdict?.key.principal,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      queryString,
    };
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, upgrade));
  }

  /**
   * Delivers to one connection alone, past the broker.
   * @param anyway whether or not it is subscribed
   */
  deliver(connectionId: string, topic: string, payload: Uint8Array, anyway: boolean): void {
    this.#connections.get(connectionId)?.inject(topic, payload, anyway);
  }

  clientIdOf(connectionId: string): string | undefined {
    return this.#connections.get(connectionId)?.clientId;
  }

  /** The client identifiers that are connected. */
  get clientIds(): readonly string[] {
    return [...this.#clients.keys()];
  }

  /** Ends the connection of a client, as DeleteConnection does; whether there was one. */
  disconnect(clientId: string): boolean {
    const connection = this.#clients.get(clientId);
    connection?.end(0x98, 'API_INITIATED_DISCONNECT');
    return connection !== undefined;
  }

  /** Ends everything. */
  close(): void {
    for (const connection of this.#connections.values()) connection.end(0x8b, 'SERVER_INITIATED_DISCONNECT');
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  /** Whether a client may connect so soon after the last time. */
  mayConnect(clientId: string, now: number): boolean {
    const last = this.#lastConnect.get(clientId) ?? Number.NEGATIVE_INFINITY;
    this.#lastConnect.set(clientId, now);
    const { switches, limits } = this.cloud;
    return switches.connectTooSoon === 'accept' || now - last >= limits.connectIntervalMs;
  }

  /** What is kept of a session; a new one when it is to begin anew. */
  sessionOf(version: number, clientId: string, isNew: boolean): SessionRecord {
    const name = sessionName(version, clientId);
    const session = this.#sessions.get(name) ?? { subscriptions: new Map(), lastPacketId: 0 };
    if (isNew) session.subscriptions.clear();
    this.#sessions.set(name, session);
    return session;
  }

  /** A connection takes a client identifier; whoever had it goes. */
  entered(connection: Connection, clientId: string): void {
    this.#clients.get(clientId)?.end(0x8e, 'DUPLICATE_CLIENTID');
    this.#clients.set(clientId, connection);
  }

  /** A connection is over. */
  left(connection: Connection): void {
    this.#connections.delete(connection.connectionId);
    const { clientId } = connection;
    if (clientId !== undefined && this.#clients.get(clientId) === connection) this.#clients.delete(clientId);
  }

  announce(event: Presence['event'], connection: Connection, reason?: DisconnectReason): void {
    const { clientId = '', principal, connectionId, version } = connection;
    const principalId = principal?.id ?? '';
    this.#presence({ event, clientId, principalId, sessionIdentifier: connectionId, version, reason });
  }

  #open(socket: WebSocket, upgrade: Upgrade): void {
    this.#connections.set(upgrade.connectionId, new Connection(socket, upgrade, this));
  }
}

/** A question mark in the query is a part of it. */
function splitAtQuestionMark(url: string): [string, string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}
