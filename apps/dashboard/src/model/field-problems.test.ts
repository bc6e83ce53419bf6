import type { NegotiatedSettings } from '@mqtide/client';
import { describe, expect, it } from 'vitest';
import { connectFieldOf, publishFieldOf } from './field-problems.ts';

const problem = (code: string, reasonCode?: number) => ({
  code,
  message: '',
  ...(reasonCode !== undefined && { reasonCode }),
});

describe('connectFieldOf', () => {
  it.each([
    [0x84, 'protocol'],
    [0x85, 'clientId'],
    [0x86, 'username'],
    [1, 'protocol'],
    [2, 'clientId'],
    [5, 'username'],
    [0x89, undefined],
  ])('blames for the reason code %i of CONNACK: %s', (reasonCode, field) => {
    expect(connectFieldOf(problem('CONNACK_REFUSED', reasonCode))).toBe(field);
  });

  it('blames no field for what is not a refusal', () => {
    expect(connectFieldOf(problem('SOCKET_OPEN_FAILED'))).toBeUndefined();
    expect(connectFieldOf(problem('SERVER_DISCONNECTED', 0x87))).toBeUndefined();
  });
});

describe('publishFieldOf', () => {
  const settings = { maximumQoS: 1, retainAvailable: false } as NegotiatedSettings;

  it.each([
    [problem('INVALID_ARGUMENT'), 'topic'],
    [problem('PACKET_TOO_LARGE'), 'payload'],
    [problem('PUBLISH_REFUSED', 0x87), 'topic'],
    [problem('PUBLISH_REFUSED', 0x99), 'payload'],
    [problem('PUBLISH_REFUSED', 0x97), undefined],
    [problem('ACK_TIMEOUT'), undefined],
  ])('blames for %o: %s', (cause, field) => {
    expect(publishFieldOf(cause, { qos: 1 }, settings)).toBe(field);
  });

  it('blames of what the server does not support QoS or retain, whichever was too much', () => {
    const cause = problem('UNSUPPORTED_BY_SERVER');
    expect(publishFieldOf(cause, { qos: 2, retain: true }, settings)).toBe('qos');
    expect(publishFieldOf(cause, { qos: 1, retain: true }, settings)).toBe('retain');
    expect(publishFieldOf(cause, { qos: 1 }, settings)).toBeUndefined();
    expect(publishFieldOf(cause, { qos: 2 }, undefined)).toBeUndefined();
  });
});
