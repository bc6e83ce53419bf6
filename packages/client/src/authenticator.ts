import type { Authentication, AuthenticationExchange } from './authentication.ts';
import type { AuthenticationAnswer, AuthenticationStep } from './session/events.ts';
import { failure } from './session/failures.ts';

/** Asks a mechanism of enhanced authentication. */
export class Authenticator {
  readonly #mechanism: Authentication;
  /** Of the latest `begin`, which may still be under way when the next one begins. */
  #exchange: Promise<AuthenticationExchange> | undefined;

  constructor(mechanism: Authentication) {
    this.#mechanism = mechanism;
  }

  /** Never rejects: what the mechanism throws is a failure. */
  async take(step: AuthenticationStep, data?: Uint8Array): Promise<AuthenticationAnswer> {
    try {
      const answer = await this.#take(step, data);
      if (answer === undefined) return {};
      if (!(answer instanceof Uint8Array)) throw new TypeError('Authentication Data is a Uint8Array.');
      return { data: answer };
    } catch (cause) {
      const retryable = this.#mechanism.isRenewable === true;
      return { failure: failure('AUTHENTICATION_FAILED', undefined, { cause, retryable }) };
    }
  }

  async #take(step: AuthenticationStep, data: Uint8Array | undefined): Promise<unknown> {
    if (step === 'begin') this.#exchange = Promise.resolve(this.#mechanism.begin());
    const exchange = (await this.#exchange) as AuthenticationExchange;
    if (step === 'begin') return exchange.initialData;
    if (step === 'respond') return exchange.respond(data);
    await exchange.verify?.(data);
    return undefined;
  }
}
