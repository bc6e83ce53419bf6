import type { Packet, ProtocolVersion } from '@mqtide/codec';
import { RULES, type RuleName } from './rules.ts';

/** A client did what a client must not do. */
export interface Violation {
  readonly name: RuleName;
  /** The id of the rule in the standard that the connection spoke: `MQTT-…` or `SEC-…` in 5.0, `MQTT3-…` in 3.1.1. */
  readonly rule: string;
  readonly message: string;
  readonly clientId: string;
  /** The number of the connection, counted from 1 over the life of the broker. */
  readonly connection: number;
  readonly at: number;
  readonly packet?: Packet;
}

/** Where a violation was seen. */
export interface ViolationPlace {
  readonly version: ProtocolVersion;
  readonly clientId: string;
  readonly connection: number;
  readonly at: number;
  readonly packet?: Packet | undefined;
  readonly detail?: string | undefined;
}

function describe(packet: Packet | undefined): string {
  if (packet === undefined) return '';
  const id = 'packetId' in packet && packet.packetId !== undefined ? ` ${packet.packetId}` : '';
  return ` (${packet.type.toUpperCase()}${id})`;
}

/** Everything that clients did wrong, in order. */
export class ViolationLog {
  readonly #list: Violation[] = [];

  get list(): readonly Violation[] {
    return this.#list;
  }

  /** Remembers a violation; false when the version has no such rule. */
  add(name: RuleName, place: ViolationPlace): boolean {
    const row = RULES[name];
    const rule = row[place.version];
    if (rule === undefined) return false;
    const { clientId, connection, at, packet, detail } = place;
    const who = clientId === '' ? 'the client' : `client '${clientId}'`;
    this.#list.push({
      name,
      rule,
      message: `${who} ${row.broken}${describe(packet)}${detail === undefined ? '' : `: ${detail}`}`,
      clientId,
      connection,
      at,
      ...(packet !== undefined && { packet }),
    });
    return true;
  }

  /** Throws an error that lists every violation, if there is one. */
  assertNone(): void {
    if (this.#list.length === 0) return;
    const lines = this.#list.map(
      ({ rule, message, connection, at }) => `  [${rule}] ${message}; connection ${connection}, at ${at} ms`,
    );
    throw new Error(`the client broke ${lines.length} rule(s) of MQTT:\n${lines.join('\n')}`);
  }

  /** Forgets them: for a test that broke a rule on purpose. */
  clear(): void {
    this.#list.length = 0;
  }
}
