import type { Packet, PacketType } from '@mqtide/codec';

/** What goes wrong with a packet. */
export type FaultEffect =
  /** The connection is lost instead: the packet is not processed, or not sent. */
  | 'closeBefore'
  /** The connection is lost right after it was processed or sent. */
  | 'closeAfter'
  /** It disappears: it is not processed, or not sent. */
  | 'ignore'
  /** It waits until `release()`. Only for packets that the broker sends. */
  | 'hold';

/** A packet to watch for, and what goes wrong with it. */
export interface Fault {
  /** Seen from the broker. */
  readonly when: 'received' | 'sent';
  /** Any packet, when absent. */
  readonly type?: PacketType;
  /** Every client, when absent. */
  readonly clientId?: string;
  /** Which of the packets that match, counted from 1 since the fault was added; every one when absent. */
  readonly nth?: number;
  readonly effect: FaultEffect;
}

/** A packet with which the broker answers, and whose reason code can be chosen. */
export type AnswerType = 'connack' | 'puback' | 'pubrec' | 'pubcomp' | 'suback' | 'unsuback';

/** A reason code to answer with. */
export interface Answer {
  readonly type: AnswerType;
  /** In SUBACK and UNSUBACK it stands for every filter. */
  readonly reasonCode: number;
  /** 5.0 only. */
  readonly reasonString?: string;
  /** How many answers get it. @default 1 */
  readonly times?: number;
}

interface Watch extends Fault {
  seen: number;
}

/** What is to go wrong. The broker asks it about every packet. */
export class Faults {
  readonly #watches = new Set<Watch>();
  readonly #answers: { readonly answer: Answer; left: number }[] = [];
  readonly #held: (() => void)[] = [];

  /** Adds a fault and returns a function that removes it. One with `nth` is gone when it has happened. */
  add(fault: Fault): () => void {
    if (fault.when === 'received' && fault.effect === 'hold') throw new Error('only what the broker sends can be held');
    const watch: Watch = { ...fault, seen: 0 };
    this.#watches.add(watch);
    return () => this.#watches.delete(watch);
  }

  /** The next answers of this type carry this reason code, and the broker acts accordingly. */
  answer(answer: Answer): void {
    this.#answers.push({ answer, left: answer.times ?? 1 });
  }

  /** Sends what was held, in order; packets of connections that ended meanwhile are gone. */
  release(): void {
    for (const send of this.#held.splice(0)) send();
  }

  /** How many packets are held. */
  get held(): number {
    return this.#held.length;
  }

  /** Removes every fault and every answer, and forgets what was held. */
  clear(): void {
    this.#watches.clear();
    this.#answers.length = 0;
    this.#held.length = 0;
  }

  /** What happens to a packet; the first fault that matches decides. Only for the broker. */
  effectOn(when: Fault['when'], packet: Packet, clientId: string): FaultEffect | undefined {
    if (this.#watches.size === 0) return undefined;
    let effect: FaultEffect | undefined;
    for (const watch of this.#watches) {
      if (watch.when !== when || (watch.type ?? packet.type) !== packet.type) continue;
      if ((watch.clientId ?? clientId) !== clientId) continue;
      watch.seen++;
      if (watch.nth !== undefined && watch.nth !== watch.seen) continue;
      if (watch.nth !== undefined) this.#watches.delete(watch);
      effect ??= watch.effect;
    }
    return effect;
  }

  /** The reason code chosen for an answer. Only for the broker. */
  takeAnswer(type: AnswerType): Answer | undefined {
    const index = this.#answers.findIndex(({ answer }) => answer.type === type);
    const found = this.#answers[index];
    if (found === undefined) return undefined;
    found.left--;
    if (found.left <= 0) this.#answers.splice(index, 1);
    return found.answer;
  }

  /** Keeps a packet back. Only for the broker. */
  hold(send: () => void): void {
    this.#held.push(send);
  }
}
