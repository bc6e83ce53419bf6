/** What a page goes through: `awake` is a page that may have slept, or whose network is back. */
export type PageHint = 'awake' | 'offline';

/** The port to the life of the page. */
export interface PageLifecycle {
  /** Tells until the function that is returned is called. */
  watch(onHint: (hint: PageHint) => void): () => void;
}

/** Which events say what; `pageshow` is also the first load, which says nothing. */
const HINTS: readonly (readonly [
  where: 'page' | 'document',
  event: string,
  hint: (event: Event) => PageHint | false,
])[] = [
  ['page', 'online', () => 'awake'],
  ['page', 'offline', () => 'offline'],
  ['page', 'pageshow', (event) => (event as PageTransitionEvent).persisted && 'awake'],
  ['document', 'resume', () => 'awake'],
  ['document', 'visibilitychange', () => !document.hidden && 'awake'],
];

/** The events of a page, or of a worker, as far as there are any: Node has none. */
export class PlatformPageLifecycle implements PageLifecycle {
  watch(onHint: (hint: PageHint) => void): () => void {
    const { document: doc } = globalThis as { readonly document?: Document };
    const targets = { page: globalThis as Partial<EventTarget>, document: doc };
    const undo = HINTS.map(([where, name, hint]) => {
      const target = targets[where];
      const listener = (event: Event): void => {
        const said = hint(event);
        if (said !== false) onHint(said);
      };
      target?.addEventListener?.(name, listener);
      return () => target?.removeEventListener?.(name, listener);
    });
    return () => {
      for (const each of undo) each();
    };
  }
}
