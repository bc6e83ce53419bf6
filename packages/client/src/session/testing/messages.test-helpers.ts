/* Messages of a walk: the payload begins with the name of the message, and several have the same topic. */
import type { OutgoingMessage } from '../events.ts';
import { message } from './packets.test-helpers.ts';
import type { QoS } from '@mqtide/codec';

const TOPICS = 3;

/** The topic of the message with that name; long enough for an alias. */
export function topicOf(name: string): string {
  return `topic/${Number(name.replace(/\D+/g, '')) % TOPICS}`;
}

/** The name, and some bytes more. */
export function payloadOf(name: string, bytes = 0): Uint8Array {
  const payload = new Uint8Array(name.length + bytes);
  for (let index = 0; index < name.length; index++) payload[index] = name.charCodeAt(index);
  return payload;
}

export function nameOf({ payload }: { readonly payload: Uint8Array }): string {
  let name = '';
  for (const byte of payload) {
    if (byte === 0) break;
    name += String.fromCharCode(byte);
  }
  return name;
}

/** The message with that name. */
export function messageNamed(name: string, qos: QoS, bytes = 0): OutgoingMessage {
  return message({ topic: topicOf(name), qos, payload: payloadOf(name, bytes) });
}
