import { byId } from '../ui/element.ts';

/**
 * Puts the address of `?url=` into the form. It is not connected to before somebody says so. The link leaves the address
 * of the page as soon as it no longer says what the form says, so that a reload does not bring it back, and so that a
 * password in it is not left there.
 */
export function openLink(): void {
  const page = new URL(location.href);
  const url = page.searchParams.get('url');
  if (url === null) return;
  const control = byId('url', HTMLInputElement);
  control.addEventListener('change', () => {
    if (control.value === url) return;
    page.searchParams.delete('url');
    history.replaceState(null, '', page);
  });
  control.value = url;
  // As if it had been typed: what is to be taken out of it is taken out.
  control.dispatchEvent(new Event('change', { bubbles: true }));
}
