import type { ConnackPacket, DisconnectPacket } from '@mqtide/codec';

const MOVED = 0x9d;
const USE_ANOTHER = 0x9c;

/** Where the server sends the client, section 4.11: only to hosts that the application allows. */
export class Redirects {
  readonly #allowed: readonly string[];
  /** For the next connection. */
  #another: string | undefined;
  /** From now on, until a connection there cannot be made: the server that knew of it may know more. */
  #moved: string | undefined;

  /** `allowed` are names of hosts, with a port if no other will do; `*.` at the beginning stands for any name. */
  constructor(allowed: readonly string[] = []) {
    this.#allowed = allowed.map((host) => host.toLowerCase());
  }

  /** The host, maybe with a port, to connect to instead of that of the URL. */
  get host(): string | undefined {
    return this.#another ?? this.#moved;
  }

  reset(): void {
    this.#another = undefined;
    this.#moved = undefined;
  }

  /** An attempt or a connection has ended, with this packet if one said why. Returns whether it said where to go. */
  ended(wasOnline: boolean, packet: ConnackPacket | DisconnectPacket | undefined): boolean {
    this.#another = undefined;
    if (!wasOnline) this.#moved = undefined;
    if (packet?.reasonCode !== USE_ANOTHER && packet?.reasonCode !== MOVED) return false;
    // Several may be named, the first choice first.
    const host = packet.properties?.serverReference?.toLowerCase().split(/\s+/).find(this.#isAllowed);
    if (packet.reasonCode === MOVED) this.#moved = host;
    else this.#another = host;
    return host !== undefined;
  }

  readonly #isAllowed = (host: string): boolean => {
    const [, name = ''] = /^(\[[\d:a-f.]+\]|[^[\]\s:/?#@\\]+)(?::\d{1,5})?$/.exec(host) ?? [];
    return this.#allowed.some((allowed) =>
      allowed.startsWith('*.')
        ? name.endsWith(allowed.slice(1)) && name.length >= allowed.length
        : allowed !== '' && (allowed === name || allowed === host),
    );
  };
}
