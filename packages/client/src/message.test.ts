import type { PublishPacket } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import { ReceivedMessage } from './message.ts';

function received(payload: string | Uint8Array, more: Partial<PublishPacket> = {}): ReceivedMessage {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  return new ReceivedMessage({
    type: 'publish',
    topic: 'a',
    payload: bytes,
    qos: 1,
    retain: true,
    duplicate: true,
    packetId: 1,
    ...more,
  });
}

describe('a received message', () => {
  it('has what the packet has', () => {
    const properties = { contentType: 'text/plain', subscriptionIdentifier: [1, 2] };
    expect(received('x', { properties })).toMatchObject({
      topic: 'a',
      payload: Uint8Array.of(0x78),
      qos: 1,
      retain: true,
      duplicate: true,
      redelivered: false,
      properties,
    });
  });

  it('has no properties in 3.1.1, rather than undefined', () => {
    expect(received('x').properties).toEqual({});
    expect(Object.isFrozen(received('x').properties)).toBe(true);
  });

  it('reads text as it is, a byte order mark and ill-formed bytes included', () => {
    expect(received('grün 🌱').text()).toBe('grün 🌱');
    expect(received('\uFEFFx').text()).toBe('\uFEFFx');
    expect(received(Uint8Array.of(0x61, 0xff)).text()).toBe('a\uFFFD');
    expect(received('').text()).toBe('');
  });

  it('reads JSON, and throws a SyntaxError at what is none', () => {
    expect(received('{"c":21}').json<{ c: number }>().c).toBe(21);
    expect(() => received('').json()).toThrow(SyntaxError);
    expect(() => received('{').json()).toThrow(SyntaxError);
  });

  it('may be acknowledged, which does nothing when it is acknowledged by itself', () => {
    const message = received('x');
    message.acknowledge();
    message.acknowledge();
    expect(message.text()).toBe('x');
  });
});
