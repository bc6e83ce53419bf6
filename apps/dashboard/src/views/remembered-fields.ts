import { DEFAULT_SETTINGS, type Remembered, type SettingName, type Settings } from '../model/remembered.ts';
import { byId } from '../ui/element.ts';

/** Fills the fields with what is remembered, and remembers what is put into them. */
export function rememberFields(remembered: Remembered): void {
  const names = Object.keys(DEFAULT_SETTINGS) as SettingName[];
  const settings = remembered.load();
  for (const name of names) write(name, settings[name]);
  document.addEventListener('change', () => {
    remembered.save(Object.fromEntries(names.map((name) => [name, read(name)])) as Settings);
  });
}

function write(name: SettingName, value: string): void {
  const control = byId(name, HTMLElement);
  if (control instanceof HTMLInputElement && control.type === 'checkbox') control.checked = value === 'true';
  else if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement) control.value = value;
}

function read(name: SettingName): string {
  const control = byId(name, HTMLElement);
  if (control instanceof HTMLInputElement && control.type === 'checkbox') return String(control.checked);
  return control instanceof HTMLInputElement || control instanceof HTMLSelectElement ? control.value : '';
}
