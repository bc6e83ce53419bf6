/* Packets written by hand, once: the benchmark must not lean on a codec that it measures. MQTT 5. */

const encoder = new TextEncoder();

/** Messages are on as many topics by turns, so that nothing can be remembered from one to the next. */
const TOPICS = 16;

/** @param {string} name */
const topics = (name) =>
  Array.from({ length: TOPICS }, (_, index) => `bench/${name}/${String(index).padStart(2, '0')}`);

export const PUBLISH_TOPICS = topics('publish');
const FLOOD_TOPICS = topics('flood');
export const FLOOD_FILTER = 'bench/flood/+';

/**
 * @param {number} first
 * @param {readonly (Uint8Array | readonly number[])[]} parts
 */
function packet(first, parts) {
  const remaining = parts.reduce((sum, part) => sum + part.length, 0);
  const header = [first];
  let rest = remaining;
  for (; rest >= 0x80; rest >>>= 7) header.push((rest & 0x7f) | 0x80);
  header.push(rest);
  const bytes = new Uint8Array(header.length + remaining);
  let at = 0;
  for (const part of [header, ...parts]) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** @param {string} text */
function string(text) {
  const bytes = encoder.encode(text);
  return [bytes.length >> 8, bytes.length & 0xff, ...bytes];
}

/** @param {string} clientId */
export const connectPacket = (clientId) => packet(0x10, [string('MQTT'), [5, 2, 0, 60, 0], string(clientId)]);

/** @param {string} filter */
export const subscribePacket = (filter) => packet(0x82, [[0, 1, 0], string(filter), [0]]);

/**
 * With QoS 1 and 2 the identifier is 0, to be patched at `publishIdOffset`.
 * @param {string} topic
 * @param {Uint8Array} payload
 * @param {0 | 1 | 2} qos
 */
export const publishPacket = (topic, payload, qos) =>
  packet(0x30 | (qos << 1), [string(topic), qos === 0 ? [] : [0, 0], [0], payload]);

/**
 * Where a PUBLISH that is shorter than 128 bytes has its identifier.
 * @param {string} topic
 */
export const publishIdOffset = (topic) => 2 + 2 + topic.length;

/**
 * A packet for each topic.
 * @param {number} payloadBytes
 */
export const floodPackets = (payloadBytes) =>
  FLOOD_TOPICS.map((topic) => publishPacket(topic, payloadOf(payloadBytes), 0));

/**
 * @template Value
 * @param {readonly Value[]} values
 * @returns {() => Value} gives one after the other, again and again
 */
export function byTurns(values) {
  let index = 0;
  return () => {
    index = index + 1 === values.length ? 0 : index + 1;
    return values[index];
  };
}

/**
 * Text, since that is what applications send most.
 * @param {number} bytes
 */
export const payloadOf = (bytes) => new Uint8Array(bytes).map((_, index) => 97 + (index % 26));
