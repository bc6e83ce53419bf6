import { describe, expect, it, vi } from 'vitest';
import { Emitter } from './emitter.ts';

interface Events {
  said: string;
}

function setUp(): { emitter: Emitter<Events>; onError: ReturnType<typeof vi.fn<(error: unknown) => void>> } {
  const onError = vi.fn<(error: unknown) => void>();
  return { emitter: new Emitter<Events>(onError), onError };
}

describe('Emitter', () => {
  it('tells every listener, in the order of their arrival', () => {
    const { emitter } = setUp();
    const heard: string[] = [];
    emitter.on('said', (word) => heard.push(`first ${word}`));
    emitter.on('said', (word) => heard.push(`second ${word}`));
    emitter.emit('said', 'hello');
    expect(heard).toEqual(['first hello', 'second hello']);
  });

  it('tells a listener that was added twice once, and forgets it by either way', () => {
    const { emitter } = setUp();
    const listener = vi.fn<(word: string) => void>();
    const stop = emitter.on('said', listener);
    emitter.on('said', listener);
    emitter.emit('said', 'once');
    expect(listener).toHaveBeenCalledTimes(1);
    stop();
    stop();
    expect(emitter.has('said')).toBe(false);
    emitter.on('said', listener);
    emitter.off('said', listener);
    emitter.emit('said', 'never');
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('reports what a listener throws, and tells the others', () => {
    const { emitter, onError } = setUp();
    const failure = new Error('in the listener');
    const other = vi.fn<(word: string) => void>();
    emitter.on('said', () => {
      throw failure;
    });
    emitter.on('said', other);
    emitter.emit('said', 'hello');
    expect(onError.mock.calls).toEqual([[failure]]);
    expect(other).toHaveBeenCalledWith('hello');
  });

  it('reports what a listener rejects with later', async () => {
    const { emitter, onError } = setUp();
    const failure = new Error('in the listener');
    emitter.on('said', () => Promise.reject(failure));
    emitter.emit('said', 'hello');
    await Promise.resolve();
    expect(onError.mock.calls).toEqual([[failure]]);
  });

  it('does not tell a listener that another one has stopped', () => {
    const { emitter } = setUp();
    const second = vi.fn<(word: string) => void>();
    emitter.on('said', () => emitter.off('said', second));
    emitter.on('said', second);
    emitter.emit('said', 'hello');
    expect(second).not.toHaveBeenCalled();
  });

  it('does not tell a listener what happened before it was added', () => {
    const { emitter } = setUp();
    let added = 0;
    const addAnother = (): void => {
      added += 1;
      // Without the limit a failure of this test would be an endless loop.
      if (added < 10) emitter.on('said', () => addAnother());
    };
    emitter.on('said', addAnother);
    emitter.emit('said', 'first');
    expect(added).toBe(1);
    emitter.emit('said', 'second');
    expect(added).toBe(3);
  });
});
