import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS, Remembered, type SettingsStorage } from './remembered.ts';

class FakeStorage implements SettingsStorage {
  text: string | null = null;

  getItem(): string | null {
    return this.text;
  }

  setItem(_key: string, text: string): void {
    this.text = text;
  }
}

const remembered = (text: string): Remembered => {
  const storage = new FakeStorage();
  storage.text = text;
  return new Remembered(() => storage);
};

describe('Remembered', () => {
  it('gives back what was saved', () => {
    const storage = new FakeStorage();
    const settings = { ...DEFAULT_SETTINGS, url: 'wss://broker.example/mqtt', protocol: '4', retain: 'true' };
    new Remembered(() => storage).save(settings);
    expect(new Remembered(() => storage).load()).toEqual(settings);
  });

  it('begins with the defaults', () => {
    expect(new Remembered(() => new FakeStorage()).load()).toEqual(DEFAULT_SETTINGS);
  });

  it('keeps no secret: no password, no query of an address, no token in a user name', () => {
    const storage = new FakeStorage();
    const settings = {
      ...DEFAULT_SETTINGS,
      url: 'wss://anna:sentinel@broker.example/mqtt?signature=sentinel',
      username: 'device?token=sentinel',
      password: 'sentinel',
    };
    new Remembered(() => storage).save(settings);
    expect(storage.text).not.toContain('sentinel');
    expect(JSON.parse(storage.text ?? '')).toMatchObject({ url: 'wss://broker.example/mqtt', username: 'device' });
  });

  it('uses nothing that it would not have saved', () => {
    const text = JSON.stringify({ protocol: '6', publishQos: 2, filterQos: '2', topic: 5, password: 'x', other: 'x' });
    expect(remembered(text).load()).toEqual({ ...DEFAULT_SETTINGS, filterQos: '2' });
  });

  it.each(['', 'null', '[]', '"text"', '{', '7'])('begins with the defaults when it finds %s', (text) => {
    expect(remembered(text).load()).toEqual(DEFAULT_SETTINGS);
  });

  it('works with a storage that throws', () => {
    const forbidden = new Remembered(() => {
      throw new DOMException('no', 'SecurityError');
    });
    expect(() => forbidden.save(DEFAULT_SETTINGS)).not.toThrow();
    expect(forbidden.load()).toEqual(DEFAULT_SETTINGS);
  });
});
