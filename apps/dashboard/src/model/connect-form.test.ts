import { describe, expect, it } from 'vitest';
import { type ConnectForm, checkConnectForm, clientOptions } from './connect-form.ts';

const FORM: ConnectForm = {
  url: 'ws://127.0.0.1:9001/',
  username: '',
  password: '',
  protocol: 'auto',
  clientId: '',
  keepAliveSeconds: '60',
  session: 'rejoin',
};

describe('checkConnectForm', () => {
  it('has nothing against the form as it comes', () => {
    expect(checkConnectForm(FORM)).toEqual({});
  });

  it.each(['', '-1', '1.5', '65536', '1e3', 'sixty'])('refuses a keep alive of "%s"', (keepAliveSeconds) => {
    expect(Object.keys(checkConnectForm({ ...FORM, keepAliveSeconds }))).toEqual(['keepAliveSeconds']);
  });

  it.each(['0', '65535', ' 30 '])('accepts a keep alive of "%s"', (keepAliveSeconds) => {
    expect(checkConnectForm({ ...FORM, keepAliveSeconds })).toEqual({});
  });

  it('asks for a user name when 3.1.1 is to send a password [MQTT3-3.1.2-22]', () => {
    expect(checkConnectForm({ ...FORM, protocol: '4', password: 'x' })).toHaveProperty('username');
    expect(checkConnectForm({ ...FORM, protocol: '5', password: 'x' })).toEqual({});
  });

  it('finds several problems at once', () => {
    expect(Object.keys(checkConnectForm({ ...FORM, url: '', keepAliveSeconds: '' }))).toEqual([
      'url',
      'keepAliveSeconds',
    ]);
  });
});

describe('with a preset', () => {
  const preset = {
    id: 'cloud',
    label: 'Cloud',
    explanation: 'It has an address.',
    options: () => ({ url: 'wss://cloud.example/' }),
  };

  it('the address, the user name and the password are not looked at, and not sent', () => {
    const form = { ...FORM, url: '', protocol: '4', password: 'typed before', clientId: 'c1' };
    expect(checkConnectForm(form, preset)).toEqual({});
    expect(clientOptions(form, preset)).toMatchObject({ url: 'wss://cloud.example/', credentials: {}, clientId: 'c1' });
  });
});

describe('clientOptions', () => {
  it('leaves to the client what is left empty', () => {
    expect(clientOptions(FORM)).toEqual({
      url: 'ws://127.0.0.1:9001/',
      protocolVersion: 'auto',
      credentials: {},
      keepAliveSeconds: 60,
    });
  });

  it('passes on what is filled in', () => {
    const form = { ...FORM, username: 'anna', password: 's', protocol: '4', clientId: 'c1', session: 'clean' };
    expect(clientOptions(form)).toEqual({
      url: 'ws://127.0.0.1:9001/',
      protocolVersion: 4,
      clientId: 'c1',
      credentials: { username: 'anna', password: 's' },
      keepAliveSeconds: 60,
      session: { behavior: 'clean' },
    });
  });
});
