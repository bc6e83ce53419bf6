import type { Connection } from '../model/connection.ts';
import type { LogEntry, MessageLog } from '../model/message-log.ts';
import { count, messages } from '../model/words.ts';
import type { Announcer } from '../ui/announcer.ts';
import { byId } from '../ui/element.ts';
import { Frames } from '../ui/frames.ts';
import { KeyedList } from '../ui/keyed-list.ts';
import { messageRow } from './message-row.ts';

/** So many rows are on the page, and so many more each time somebody asks for older ones. */
const ROWS = 100;

/** The messages, newest first. */
export class MessagesView {
  readonly #log: MessageLog;
  readonly #connection: Connection;
  readonly #announcer: Announcer;
  readonly #frames = new Frames(() => this.#draw());
  readonly #list = new KeyedList<LogEntry>(byId('messages', HTMLElement), ({ id }) => id, messageRow);
  readonly #count = byId('messages-count', HTMLElement);
  readonly #empty = byId('messages-empty', HTMLElement);
  readonly #pause = byId('pause', HTMLButtonElement);
  readonly #clear = byId('clear', HTMLButtonElement);
  readonly #undo = byId('undo', HTMLElement);
  readonly #undoText = byId('undo-text', HTMLElement);
  readonly #older = byId('older', HTMLButtonElement);
  #rows = ROWS;

  constructor(log: MessageLog, connection: Connection, announcer: Announcer) {
    this.#log = log;
    this.#connection = connection;
    this.#announcer = announcer;
  }

  /** Shows them from now on. */
  mount(): void {
    this.#log.onChange(this.#frames.request);
    this.#connection.onChange(this.#frames.request);
    this.#pause.addEventListener('click', () => this.#togglePause());
    this.#clear.addEventListener('click', () => this.#clearLog());
    byId('undo-clear', HTMLButtonElement).addEventListener('click', () => this.#undoClear());
    this.#older.addEventListener('click', () => {
      this.#rows += ROWS;
      this.#frames.request();
    });
    this.#draw();
  }

  #togglePause(): void {
    if (this.#log.isPaused) this.#log.resume();
    else this.#log.pause();
    this.#announcer.announce(this.#log.isPaused ? 'Messages paused.' : 'Messages resumed.');
  }

  #clearLog(): void {
    this.#log.clear();
    this.#rows = ROWS;
    if (this.#log.undoable !== undefined) this.#announcer.announce(`${messages(this.#log.undoable)} cleared.`);
  }

  #undoClear(): void {
    this.#log.undoClear();
    // The button that was pressed goes.
    this.#clear.focus();
    this.#announcer.announce('Messages are back.');
  }

  #draw(): void {
    const { entries, isPaused, receivedInPause, undoable } = this.#log;
    this.#list.show(entries.slice(-this.#rows).reverse());
    this.#older.hidden = entries.length <= this.#rows;
    this.#count.textContent = this.#countWords();
    this.#empty.hidden = entries.length > 0;
    this.#empty.textContent = this.#emptyWords();
    this.#pause.textContent = isPaused
      ? `Resume${receivedInPause > 0 ? `, ${count(receivedInPause)} new` : ''}`
      : 'Pause';
    this.#pause.classList.toggle('button-on', isPaused);
    this.#undo.hidden = undoable === undefined;
    this.#undoText.textContent = undoable === undefined ? '' : `${count(undoable)} cleared`;
  }

  #countWords(): string {
    const { received, entries, isPaused } = this.#log;
    const kept = received > entries.length && !isPaused ? `, the latest ${count(entries.length)} kept` : '';
    return `${messages(received)} received${kept}${isPaused ? ', paused' : ''}`;
  }

  #emptyWords(): string {
    if (this.#log.isPaused) return 'Paused. What comes now is shown when you resume.';
    return this.#connection.snapshot.status === 'connected'
      ? 'Nothing yet. Subscribe to a topic filter, then publish a message to see it here.'
      : 'Connect to a broker and subscribe to see messages here.';
  }
}
