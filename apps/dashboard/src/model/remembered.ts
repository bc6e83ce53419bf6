import { rememberable } from './address.ts';

/** What is remembered from visit to visit. There is no password in it, and there must never be one. */
export const DEFAULT_SETTINGS = {
  url: 'ws://127.0.0.1:9001/',
  username: '',
  protocol: 'auto',
  clientId: '',
  keepAliveSeconds: '60',
  session: 'rejoin',
  filter: 'demo/#',
  filterQos: '1',
  topic: 'demo/greeting',
  publishQos: '1',
  retain: 'false',
} as const satisfies Readonly<Record<string, string>>;

/** The name of a setting; its field on the page has the same id. */
export type SettingName = keyof typeof DEFAULT_SETTINGS;

export type Settings = Readonly<Record<SettingName, string>>;

const QOS: readonly string[] = ['0', '1', '2'];

/** Settings with a choice: anything else that is found in the storage is not used. */
const CHOICES: Readonly<Partial<Record<SettingName, readonly string[]>>> = {
  protocol: ['auto', '5', '4'],
  session: ['rejoin', 'clean'],
  filterQos: QOS,
  publishQos: QOS,
  retain: ['true', 'false'],
};

/** What is left of a setting when its secrets are gone. */
const WITHOUT_SECRETS: Readonly<Partial<Record<SettingName, (value: string) => string>>> = {
  url: rememberable,
  // A custom authorizer of AWS IoT is handed its token as a query after the user name.
  username: (username) => username.replace(/\?.*$/s, ''),
};

const KEY = 'mqtide.dashboard';

/** As much of a `Storage` as is needed. */
export type SettingsStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** Settings in a storage that may be full, broken or forbidden: then they last as long as the page. */
export class Remembered {
  readonly #storage: () => SettingsStorage;

  /** `storage` is a function because in some browsers the mere look at `localStorage` throws. */
  constructor(storage: () => SettingsStorage) {
    this.#storage = storage;
  }

  load(): Settings {
    let stored: unknown;
    try {
      stored = JSON.parse(this.#storage().getItem(KEY) ?? '{}');
    } catch {
      stored = {};
    }
    const settings: Record<string, string> = { ...DEFAULT_SETTINGS };
    for (const [name, value] of Object.entries(stored ?? {})) {
      if (isSetting(name) && isAllowed(name, value)) settings[name] = value;
    }
    return settings as Settings;
  }

  save(settings: Settings): void {
    const kept = Object.entries(settings).flatMap(([name, value]) =>
      isSetting(name) ? [[name, WITHOUT_SECRETS[name]?.(value) ?? value]] : [],
    );
    try {
      this.#storage().setItem(KEY, JSON.stringify(Object.fromEntries(kept)));
    } catch {
      // Nothing depends on it.
    }
  }
}

function isSetting(name: string): name is SettingName {
  return Object.hasOwn(DEFAULT_SETTINGS, name);
}

function isAllowed(name: SettingName, value: unknown): value is string {
  return typeof value === 'string' && (CHOICES[name]?.includes(value) ?? true);
}
