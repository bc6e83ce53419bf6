import { describe, expect, it } from 'vitest';
import { MessageLog } from './message-log.ts';

function message(text: string) {
  return { topic: 'a', payload: new TextEncoder().encode(text), qos: 0, retain: false } as const;
}

function logWith(...texts: string[]): MessageLog {
  const log = new MessageLog({ maximumMessages: 3, maximumBytes: 100 });
  add(log, ...texts);
  return log;
}

function add(log: MessageLog, ...texts: string[]): void {
  for (const text of texts) log.add(message(text), 0);
}

const texts = (log: MessageLog): string =>
  log.entries.map((entry) => new TextDecoder().decode(entry.message.payload)).join('');

describe('MessageLog', () => {
  it('keeps the latest messages and counts all', () => {
    const log = logWith('a', 'b', 'c', 'd', 'e');
    expect([texts(log), log.received]).toEqual(['cde', 5]);
  });

  it('keeps fewer when they are large, and the newest however large', () => {
    const log = logWith('a'.repeat(60), 'b'.repeat(30), 'c'.repeat(30));
    expect(log.entries).toHaveLength(2);
    add(log, 'd'.repeat(1_000));
    expect(log.entries).toHaveLength(1);
    add(log, 'e');
    expect(texts(log)).toBe('e');
  });

  it('numbers messages in the order in which they came', () => {
    expect(logWith('a', 'b').entries.map(({ id }) => id)).toEqual([1, 2]);
  });

  it('tells of every change', () => {
    const log = logWith();
    let changes = 0;
    log.onChange(() => changes++);
    add(log, 'a');
    log.pause();
    log.resume();
    log.clear();
    log.undoClear();
    expect(changes).toBe(5);
  });
});

describe('a paused log', () => {
  it('shows what was there, whatever comes, and counts what comes', () => {
    const log = logWith('a', 'b');
    log.pause();
    add(log, 'c', 'd', 'e', 'f');
    expect([texts(log), log.receivedInPause, log.received]).toEqual(['ab', 4, 6]);
  });

  it('shows the latest when it goes on', () => {
    const log = logWith('a', 'b');
    log.pause();
    add(log, 'c', 'd');
    log.resume();
    expect([texts(log), log.receivedInPause, log.isPaused]).toEqual(['bcd', 0, false]);
  });

  it('is not paused anew by a second pause', () => {
    const log = logWith('a');
    log.pause();
    add(log, 'b');
    log.pause();
    expect(texts(log)).toBe('a');
  });

  it('can be cleared, and cleared in vain', () => {
    const log = logWith('a', 'b');
    log.pause();
    add(log, 'c');
    log.clear();
    expect([texts(log), log.received, log.receivedInPause]).toEqual(['', 0, 0]);
    add(log, 'd');
    expect([texts(log), log.receivedInPause]).toEqual(['', 1]);
    log.undoClear();
    expect([texts(log), log.received, log.receivedInPause]).toEqual(['ab', 4, 2]);
    log.resume();
    expect(texts(log)).toBe('bcd');
  });
});

describe('a cleared log', () => {
  it('shows nothing and counts from zero', () => {
    const log = logWith('a', 'b');
    log.clear();
    expect([texts(log), log.received, log.undoable]).toEqual(['', 0, 2]);
  });

  it('gives everything back, what came since after it', () => {
    const log = logWith('a', 'b');
    log.clear();
    add(log, 'c');
    log.undoClear();
    expect([texts(log), log.received, log.undoable]).toEqual(['abc', 3, undefined]);
  });

  it('has nothing left to give back when so many came that none of it would be kept', () => {
    const log = logWith('a', 'b');
    log.clear();
    add(log, 'c', 'd');
    expect(log.undoable).toBe(2);
    add(log, 'e');
    expect(log.undoable).toBeUndefined();
    log.undoClear();
    expect(texts(log)).toBe('cde');
  });

  it('that was empty has nothing to undo', () => {
    const log = logWith();
    log.clear();
    expect(log.undoable).toBeUndefined();
  });

  it('keeps to its bound when everything is back', () => {
    const log = logWith('a', 'b', 'c');
    log.clear();
    add(log, 'd', 'e');
    log.undoClear();
    expect([texts(log), log.received]).toEqual(['cde', 5]);
  });
});
