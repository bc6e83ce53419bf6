import { describe, expect, it } from 'vitest';
import { invalidArgument, MqttError } from './errors.ts';

describe('MqttError', () => {
  it('is an Error with its own name', () => {
    const error = new MqttError({ code: 'STOPPED', message: 'what happened', retryable: false });
    expect(error).toBeInstanceOf(Error);
    expect([error.name, error.message, String(error)]).toEqual([
      'MqttError',
      'what happened',
      'MqttError: what happened',
    ]);
  });

  it('carries what the failure has, and nothing else', () => {
    const packet = { type: 'puback', packetId: 7, reasonCode: 0x97 } as const;
    const full = new MqttError({
      code: 'PUBLISH_REFUSED',
      message: 'what happened',
      reasonCode: 0x97,
      packet,
      retryable: true,
      hint: 'what to try',
    });
    expect(full).toMatchObject({
      code: 'PUBLISH_REFUSED',
      reasonCode: 0x97,
      reasonName: 'Quota exceeded',
      packet,
      retryable: true,
      hint: 'what to try',
    });
    const bare = new MqttError({ code: 'STOPPED', message: 'm', retryable: false });
    expect(Object.keys(bare).sort()).toEqual(['code', 'name', 'retryable']);
    expect(Object.hasOwn(bare, 'cause')).toBe(false);
  });

  it('names a reason code of 3.1.1 as 3.1.1 does', () => {
    const packet = { type: 'connack', sessionPresent: false, reasonCode: 5 } as const;
    const refused = { code: 'CONNACK_REFUSED', message: 'm', reasonCode: 5, packet, retryable: false } as const;
    const [older, newer] = [new MqttError(refused, 4).reasonName, new MqttError(refused, 5).reasonName];
    expect(older).toMatch(/authorized/i);
    expect(older).not.toBe(newer);
  });

  it('keeps the cause where a console shows it, and out of JSON', () => {
    const cause = new Error('the reason behind');
    const error = invalidArgument('m', cause);
    expect(error.cause).toBe(cause);
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'MqttError',
      code: 'INVALID_ARGUMENT',
      retryable: false,
    });
  });
});
