/* Pages that follow one another: each goes on with what the one before it has stored. */
import { Journal } from '../journal.ts';
import { Session } from '../session.ts';
import { Turn } from '../turn.ts';
import { nameOf } from './messages.test-helpers.ts';
import { World } from './world.test-helpers.ts';

export abstract class Pages extends World {
  /** The store has done what it was asked; it may fail, for good. */
  protected override commit(fails = false): void {
    const { next } = this.line;
    if (next === undefined) return;
    const free = this.line.commit(fails);
    for (const topic of this.line.topics) this.everStored.add(topic);
    this.take(free.flatMap((action) => this.act(action)));
    if (next.do === 'openStore') this.#opened(fails);
    else if (fails && next.do === 'store') this.#storeFailed();
  }

  /** The page is gone, and the next one goes on with what was committed. */
  protected crash(): void {
    this.line.crash();
    if (this.attempt !== undefined) this.connectionLost();
    this.isClosing = false;
    for (const op of this.pending.all) this.pending.giveUp(op);
    this.subscribed.clear();
    this.ending.clear();
    this.unwanted.clear();
    this.#forgetPage();
    this.session = new Session(this.config);
    this.tell({ type: 'start' });
  }

  protected excuseAll(): void {
    for (const topic of this.everStored) this.excused.add(topic);
  }

  /** The store is open, and nothing of an earlier page is left but what it holds. */
  #opened(fails: boolean): void {
    this.#forgetPage();
    if (fails) {
      this.line.records.clear();
      this.#storeFailed();
      return;
    }
    if (this.line.isClosing) return;
    const records = this.line.stored;
    const { publishes, receptions } = new Journal(new Turn(), records);
    this.wire.restored(publishes, receptions);
    for (const [record, { message }] of publishes)
      if (message !== undefined) this.restoredTopics.set(record, nameOf(message));
    for (const [, { packet }] of receptions) if (packet !== undefined) this.unprocessed.add(nameOf(packet));
    this.tell({ type: 'restored', records });
  }

  #storeFailed(): void {
    this.excuseAll();
    this.tell({ type: 'storeFailed', failure: { code: 'STORE_FAILED', message: '', retryable: true } });
  }

  #forgetPage(): void {
    this.held.length = 0;
    this.unprocessed.clear();
    this.wire.restored([], []);
  }
}
