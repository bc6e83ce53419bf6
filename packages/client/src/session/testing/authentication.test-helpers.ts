/* A session with a method of enhanced authentication, and the server's and the mechanism's part in words. */
import type { AuthPacket, ConnackPacket, PropertiesOf } from '@mqtide/codec';
import { expect } from 'vitest';
import { Driver } from './driver.test-helpers.ts';
import { connack } from './packets.test-helpers.ts';
import type { Seen } from './seen.test-helpers.ts';

type Overrides = ConstructorParameters<typeof Driver>[0];

export const METHOD: string = 'M';
export const options: { readonly authenticationMethod: string } = { authenticationMethod: METHOD };
export const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

export const auth = (reasonCode: number, properties: Partial<PropertiesOf<'auth'>> = {}): AuthPacket => ({
  type: 'auth',
  reasonCode,
  properties: { authenticationMethod: METHOD, ...properties },
});
export const challenge = (value: number): AuthPacket => auth(0x18, { authenticationData: bytes(value) });
export const accepted = (properties: PropertiesOf<'connack'> = {}): ConnackPacket =>
  connack({ authenticationMethod: METHOD, ...properties });
export const answer = (driver: Driver, ...values: number[]): Seen[] =>
  driver.tell({ type: 'authenticationStep', ...(values.length > 0 && { data: bytes(...values) }) });
export const reject = (driver: Driver, retryable = false): Seen[] =>
  driver.tell({
    type: 'authenticationStep',
    failure: { code: 'AUTHENTICATION_FAILED', message: 'no', retryable },
  });
export const renew = (driver: Driver, op: number, timeoutMs?: number): Seen[] =>
  driver.tell({ type: 'reauthenticate', op, timeoutMs });

/** In the handshake, after the CONNECT. */
export function greeting(overrides: Overrides = {}): Driver {
  const driver = new Driver({ ...options, ...overrides });
  driver.start();
  driver.opened({ authenticationData: bytes(1) });
  return driver;
}

/** Connected, with nothing more to authenticate. */
export function online(overrides: Overrides = {}, properties: PropertiesOf<'connack'> = {}): Driver {
  const driver = greeting(overrides);
  driver.receive(accepted(properties));
  answer(driver);
  expect(driver.session.status).toBe('connected');
  return driver;
}
