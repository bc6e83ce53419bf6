import { afterEach, describe, expect, it, vi } from 'vitest';
import { type PageHint, PlatformPageLifecycle } from './page-lifecycle.ts';

/** A page, or a worker without a document, whose listeners are counted. */
function page(hasDocument: boolean) {
  const listeners = new Set<string>();
  const target = (name: string) => {
    const events = new EventTarget();
    return Object.assign(events, {
      addEventListener: (type: string, listener: EventListener) => {
        listeners.add(`${name} ${type}`);
        EventTarget.prototype.addEventListener.call(events, type, listener);
      },
      removeEventListener: (type: string, listener: EventListener) => {
        listeners.delete(`${name} ${type}`);
        EventTarget.prototype.removeEventListener.call(events, type, listener);
      },
    });
  };
  const self = target('page');
  const document = Object.assign(target('document'), { hidden: false });
  vi.stubGlobal('addEventListener', self.addEventListener);
  vi.stubGlobal('removeEventListener', self.removeEventListener);
  vi.stubGlobal('document', hasDocument ? document : undefined);
  return { listeners, self, document };
}

const event = (type: string, fields: object = {}): Event => Object.assign(new Event(type), fields);

afterEach(() => vi.unstubAllGlobals());

describe('the life of a page', () => {
  it('is told until nobody listens any more, and leaves no listener', () => {
    const { listeners, self, document } = page(true);
    const hints: PageHint[] = [];
    const unwatch = new PlatformPageLifecycle().watch((hint) => hints.push(hint));
    self.dispatchEvent(event('offline'));
    self.dispatchEvent(event('online'));
    document.dispatchEvent(event('resume'));
    self.dispatchEvent(event('pageshow', { persisted: true }));
    document.hidden = true;
    document.dispatchEvent(event('visibilitychange'));
    expect(hints).toEqual(['offline', 'awake', 'awake', 'awake']);
    document.hidden = false;
    document.dispatchEvent(event('visibilitychange'));
    expect(hints).toHaveLength(5);
    expect(listeners.size).toBe(5);
    unwatch();
    self.dispatchEvent(event('online'));
    document.dispatchEvent(event('resume'));
    expect(hints).toHaveLength(5);
    expect(listeners.size).toBe(0);
  });

  it('says nothing when a page is shown for the first time', () => {
    const { self } = page(true);
    const hints: PageHint[] = [];
    const unwatch = new PlatformPageLifecycle().watch((hint) => hints.push(hint));
    self.dispatchEvent(event('pageshow', { persisted: false }));
    expect(hints).toEqual([]);
    unwatch();
  });

  it('is that of the network alone in a worker', () => {
    const { self } = page(false);
    const hints: PageHint[] = [];
    const unwatch = new PlatformPageLifecycle().watch((hint) => hints.push(hint));
    self.dispatchEvent(event('online'));
    expect(hints).toEqual(['awake']);
    unwatch();
  });

  it('is unknown where there are no events', () => {
    vi.stubGlobal('addEventListener', undefined);
    vi.stubGlobal('removeEventListener', undefined);
    vi.stubGlobal('document', undefined);
    expect(() => new PlatformPageLifecycle().watch(() => {})()).not.toThrow();
  });
});
