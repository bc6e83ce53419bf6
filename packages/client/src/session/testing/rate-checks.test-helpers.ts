import type { BrokerProfile } from '../broker-profile.ts';

/** What leaves in any second, wherever it begins, is within the rates of the profile. */
export class RateChecks {
  readonly #perSecond: number;
  #sentAt: number[] = [];

  constructor({ publishesPerSecond = Number.POSITIVE_INFINITY }: BrokerProfile) {
    this.#perSecond = publishesPerSecond;
  }

  published(now: number): void {
    if (this.#perSecond === Number.POSITIVE_INFINITY) return;
    const most = Math.max(1, this.#perSecond);
    const windowMs = (1_000 * most) / this.#perSecond;
    this.#sentAt = [...this.#sentAt.filter((at) => at + windowMs > now), now];
    if (this.#sentAt.length > most) throw new Error(`${this.#sentAt.length} publishes within ${windowMs} ms`);
  }

  /** Another page knows nothing of what this one has sent. */
  forgotten(): void {
    this.#sentAt = [];
  }
}
