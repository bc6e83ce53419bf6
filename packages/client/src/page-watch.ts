import type { PageHint, PageLifecycle } from './io/page-lifecycle.ts';
import type { ConnectionStatus } from './session/events.ts';

/** Watches the life of the page while the client is started: to be told each status of the client. */
export function watchPage(
  page: PageLifecycle | undefined,
  onHint: (hint: PageHint) => void,
): (status: ConnectionStatus) => void {
  let unwatch: (() => void) | undefined;
  return (status) => {
    if (status !== 'stopped' && status !== 'failed') {
      unwatch ??= page?.watch(onHint);
      return;
    }
    unwatch?.();
    unwatch = undefined;
  };
}
