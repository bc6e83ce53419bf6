import type { AuthPacket } from '@mqtide/codec';
import { METHOD, auth, bytes } from './authentication.test-helpers.ts';
import type { SeededRandom } from './random.test-helpers.ts';

/** The server's part of enhanced authentication: some challenges, then it is content. Throws at what is out of turn. */
export class ServerAuthentication {
  readonly #random: SeededRandom;
  #challengesLeft: number | undefined;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Whether the client's answer to a challenge is awaited. */
  get isUnderWay(): boolean {
    return this.#challengesLeft !== undefined;
  }

  /** CONNECT, or AUTH 0x19. */
  begin(): AuthPacket | 'content' {
    if (this.isUnderWay) throw new Error('a second authentication before the first is over');
    this.#challengesLeft = this.#random.below(3);
    return this.#next();
  }

  /** AUTH of the client, which answers a challenge or begins anew. */
  receive({ reasonCode, properties }: AuthPacket): AuthPacket | 'content' {
    if (properties?.authenticationMethod !== METHOD) throw new Error('AUTH with another method');
    if (reasonCode === 0x19) return this.begin();
    if (reasonCode !== 0x18 || !this.isUnderWay) throw new Error(`AUTH 0x${reasonCode.toString(16)} out of turn`);
    return this.#next();
  }

  connectionLost(): void {
    this.#challengesLeft = undefined;
  }

  #next(): AuthPacket | 'content' {
    const left = this.#challengesLeft ?? 0;
    this.#challengesLeft = left === 0 ? undefined : left - 1;
    return left === 0 ? 'content' : auth(0x18, { authenticationData: bytes(left) });
  }
}
