import type { Action } from '../events.ts';
import type { StoredPublish, StoredRecords } from '../journal.ts';
import { nameOf } from './messages.test-helpers.ts';

/**
 * A store that takes its time, as a session sees one: what stands behind a `store` waits until `commit`. What has been
 * committed survives the page.
 */
export class StoreLine {
  /** What is durable. */
  readonly records = new Map<string, unknown>();
  #line: Action[] = [];
  /** Since a commit failed. */
  #isBroken = false;

  get isEmpty(): boolean {
    return this.#line.length === 0;
  }

  get isClosing(): boolean {
    return this.#line.some((action) => action.do === 'closeStore');
  }

  /** What the store is to do next. */
  get next(): Action | undefined {
    return this.#line[0];
  }

  /** Those of the messages that are durable. */
  get topics(): string[] {
    return [...this.records.values()].flatMap((value) => {
      const { message } = value as StoredPublish;
      return message === undefined ? [] : nameOf(message);
    });
  }

  get stored(): StoredRecords {
    return Array.from(this.records, ([key, value]) => ({ key, value: structuredClone(value) }));
  }

  /** Whether the action waits from now on. */
  holds(action: Action): boolean {
    const isStore = /[sS]tore$/.test(action.do);
    const { packet } = action.do === 'send' ? action : {};
    if (action.do === 'hangUp')
      this.#line = this.#line.filter(({ do: name }) => name !== 'dial' && name !== 'authenticate').map(unsent);
    const passes = action.do === 'hangUp' || /connect|pingreq/.test(packet?.type ?? '');
    if (passes || (this.isEmpty && !isStore)) return false;
    this.#line.push(action);
    return true;
  }

  /** One transaction. Returns what may be performed now; a store that fails forgets everything and takes nothing more. */
  commit(fails: boolean): Action[] {
    const [first] = this.#line;
    let end = 1;
    if (first?.do === 'store') {
      const other = this.#line.findIndex((action) => action.do === 'openStore' || action.do === 'closeStore');
      end = other < 0 ? this.#line.length : other;
      for (const action of this.#line.slice(0, end)) {
        if (action.do !== 'store' || this.#isBroken) continue;
        if (action.value === undefined) this.records.delete(action.key);
        else this.records.set(action.key, structuredClone(action.value));
      }
      this.#isBroken ||= fails;
      if (this.#isBroken) this.records.clear();
    } else {
      this.#isBroken = false;
      while (end < this.#line.length && !/[sS]tore$/.test((this.#line[end] as Action).do)) end += 1;
    }
    return this.#line.splice(0, end).filter(({ do: name }) => !/[sS]tore$/.test(name));
  }

  /** The page is gone, with what was not committed. */
  crash(): void {
    this.#line = [];
  }
}

const unsent = (action: Action): Action =>
  action.do === 'send'
    ? {
        do: 'settle',
        op: action.op ?? 0,
        outcome: { ok: false, failure: { code: 'OFFLINE', message: '', retryable: true } },
      }
    : action;
