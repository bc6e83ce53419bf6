import type { Connection } from '../model/connection.ts';
import { statusAnnouncement, statusWords } from '../model/status.ts';
import type { Announcer } from '../ui/announcer.ts';
import { byId } from '../ui/element.ts';

/** The line at the top that says where the connection stands, in words, counting down to the next attempt. */
export class StatusView {
  readonly #connection: Connection;
  readonly #announcer: Announcer;
  readonly #line = byId('status', HTMLElement);
  readonly #headline = byId('status-headline', HTMLElement);
  readonly #countdown = byId('status-countdown', HTMLElement);
  #announced = '';
  #ticking: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection, announcer: Announcer) {
    this.#connection = connection;
    this.#announcer = announcer;
  }

  /** Shows it from now on. */
  mount(): void {
    this.#connection.onChange(() => this.#changed());
    this.#draw();
  }

  #changed(): void {
    this.#draw();
    const { snapshot } = this.#connection;
    const key = `${snapshot.status} ${snapshot.attempt}`;
    if (key === this.#announced) return;
    this.#announced = key;
    this.#announcer.announce(statusAnnouncement(snapshot, Date.now()));
  }

  #draw(): void {
    const { tone, headline, countdown } = statusWords(this.#connection.snapshot, Date.now());
    this.#line.dataset['tone'] = tone;
    this.#headline.textContent = headline;
    this.#countdown.textContent = countdown ?? '';
    document.title = `${headline.replace(' …', '')} · mqtide`;
    clearTimeout(this.#ticking);
    if (countdown !== undefined) this.#ticking = setTimeout(() => this.#draw(), 250);
  }
}
