import type { ConnectPacket } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import { RawClient } from '../raw-client.ts';
import type { AuthenticationStep, Authenticator } from './authentication.ts';
import { Broker } from './broker.ts';

const METHOD = 'challenge';
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

const CONNECT: ConnectPacket = {
  type: 'connect',
  protocolVersion: 5,
  clientId: 'a',
  cleanStart: true,
  keepAliveSeconds: 0,
  properties: { authenticationMethod: METHOD, authenticationData: bytes(1) },
};

/** Asks once more, and lets in who then answers 2. */
function challenge(steps: AuthenticationStep[] = []): Authenticator {
  return (step) => {
    steps.push(step);
    if (step.round === 0) return { next: 'continue', data: bytes(7) };
    return step.data?.[0] === 2 ? { next: 'success', data: bytes(8) } : { next: 'refuse', reasonCode: 0x87 };
  };
}

const auth = (reasonCode: number, data?: Uint8Array) =>
  ({
    type: 'auth',
    reasonCode,
    properties: { authenticationMethod: METHOD, ...(data !== undefined && { authenticationData: data }) },
  }) as const;

describe('enhanced authentication', () => {
  it('is refused by a broker that has none', () => {
    const client = new RawClient(new Broker());
    expect(client.connect({ properties: { authenticationMethod: METHOD } }).reasonCode).toBe(0x8c);
    expect(client.isOpen).toBe(false);
  });

  it('goes back and forth before CONNACK, which carries method and data', () => {
    const steps: AuthenticationStep[] = [];
    const broker = new Broker({ authenticate: challenge(steps) });
    const client = new RawClient(broker);
    client.send(CONNECT);
    expect(client.takeAll()).toEqual([auth(0x18, bytes(7))]);
    client.send(auth(0x18, bytes(2)));
    expect(client.take('connack')).toEqual({
      type: 'connack',
      sessionPresent: false,
      reasonCode: 0,
      properties: { authenticationMethod: METHOD, authenticationData: bytes(8) },
    });
    expect(steps).toEqual([
      { method: METHOD, data: bytes(1), clientId: 'a', round: 0, isReauthentication: false },
      { method: METHOD, data: bytes(2), clientId: 'a', round: 1, isReauthentication: false },
    ]);
    broker.assertNoViolations();
  });

  it('ends with a refusing CONNACK', () => {
    const client = new RawClient(new Broker({ authenticate: challenge() }));
    client.send(CONNECT);
    client.take('auth');
    client.send(auth(0x18, bytes(3)));
    expect(client.take('connack').reasonCode).toBe(0x87);
    expect(client.isOpen).toBe(false);
  });

  it('happens again on a connection while other packets flow, and ends with AUTH', () => {
    const steps: AuthenticationStep[] = [];
    const broker = new Broker({ authenticate: challenge(steps) });
    const client = new RawClient(broker);
    client.send(CONNECT, auth(0x18, bytes(2)));
    client.takeAll();
    client.send(auth(0x19, bytes(1)), { type: 'pingreq' }, auth(0x18, bytes(2)));
    expect(client.takeAll()).toEqual([auth(0x18, bytes(7)), { type: 'pingresp' }, auth(0x00, bytes(8))]);
    expect(steps.at(-1)).toMatchObject({ round: 1, isReauthentication: true });
    broker.assertNoViolations();
  });

  it('ends the connection with DISCONNECT when it fails the second time', () => {
    const client = new RawClient(new Broker({ authenticate: challenge() }));
    client.send(CONNECT, auth(0x18, bytes(2)));
    client.takeAll();
    client.send(auth(0x19), auth(0x18, bytes(3)));
    client.take('auth');
    expect(client.take('disconnect').reasonCode).toBe(0x87);
    expect(client.isOpen).toBe(false);
  });

  it('can be given up by the client', () => {
    const broker = new Broker({ authenticate: challenge() });
    const client = new RawClient(broker);
    client.send(CONNECT, { type: 'disconnect', reasonCode: 0 });
    client.close();
    broker.assertNoViolations();
    expect(broker.session('a')).toBeUndefined();
  });

  it.each([
    ['an AUTH that goes on with nothing', auth(0x18)],
    ['a restart during a restart', auth(0x19)],
  ])('does not take %s', (_, packet) => {
    const broker = new Broker({ authenticate: challenge() });
    const client = new RawClient(broker);
    client.send(CONNECT, auth(0x18, bytes(2)));
    if (packet.reasonCode === 0x19) client.send(packet);
    client.send(packet);
    expect(broker.violations.map(({ name }) => name)).toEqual(['authUninvited']);
  });
});
