import { describe, expect, it } from 'vitest';
import { addressProblem, rememberable, takeApart } from './address.ts';

describe('addressProblem', () => {
  it.each(['ws://127.0.0.1:9001/', 'wss://broker.example/mqtt?token=1', ' ws://localhost:9001 '])(
    'has nothing against %s',
    (address) => expect(addressProblem(address)).toBeUndefined(),
  );

  it.each([
    ['', 'Enter the address'],
    ['broker.example:9001', 'begins with ws:// or wss://'],
    ['mqtt://broker.example:1883', 'Use ws:// and the port'],
    ['MQTTS://broker.example', 'Use wss:// and the port'],
    ['https://broker.example', 'Use wss:// and the port'],
    ['ftp://broker.example', 'not ftp://'],
    ['ws://', 'This is not an address'],
    ['ws://broker:99999/', 'This is not an address'],
  ])('says of "%s" what to write instead', (address, words) => expect(addressProblem(address)).toContain(words));
});

describe('takeApart', () => {
  it('takes user name and password out of an address', () => {
    expect(takeApart('wss://anna:p%40ss@broker.example/mqtt?x=1')).toEqual({
      url: 'wss://broker.example/mqtt?x=1',
      username: 'anna',
      password: 'p@ss',
    });
  });

  it('leaves an address without them as it was typed', () => {
    expect(takeApart(' ws://broker.example ')).toEqual({ url: 'ws://broker.example' });
  });

  it('leaves alone what is no address', () => {
    expect(takeApart('broker')).toEqual({ url: 'broker' });
  });

  it('takes a user name that is not encoded well as it is', () => {
    expect(takeApart('ws://100%@broker.example/')).toMatchObject({ username: '100%' });
  });
});

describe('rememberable', () => {
  it('keeps origin and path of an address, and no secret', () => {
    expect(rememberable('wss://anna:secret@broker.example/mqtt?X-Amz-Signature=secret#secret')).toBe(
      'wss://broker.example/mqtt',
    );
  });

  it('cuts a query off what is no address yet', () => {
    expect(rememberable('broker.example/mqtt?token=secret')).toBe('broker.example/mqtt');
  });
});
