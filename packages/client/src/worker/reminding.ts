import { Alarm } from '../engine/alarm.ts';
import { Reminders } from '../engine/reminders.ts';
import type { Clock } from '../io/clock.ts';

/** A clock with one timer for all who want to be reminded. */
export class Reminding {
  readonly #clock: Clock;
  readonly #reminders = new Reminders();
  readonly #alarm: Alarm;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#alarm = new Alarm(clock, () => {
      this.#reminders.ring(clock.now());
      this.#set();
    });
  }

  now(): number {
    return this.#clock.now();
  }

  /** Calls back once, not before `at`. Returns a function that cancels it. */
  remind(at: number, callback: () => void): () => void {
    const cancel = this.#reminders.add(at, callback);
    this.#set();
    return () => {
      cancel();
      this.#set();
    };
  }

  #set(): void {
    this.#alarm.set(this.#reminders.next);
  }
}
