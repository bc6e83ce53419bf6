/* What the broker and the floor know of MQTT: fixed headers, and where a PUBLISH keeps its packet identifier. */

/** First nibble of a packet, section 2.1.2. */
export const TYPE = {
  connect: 1,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  pingreq: 12,
};

/**
 * Calls `visit(first byte, start of what follows the fixed header, end)` for each whole packet.
 * @param {Uint8Array} bytes
 * @param {(first: number, start: number, end: number, bytes: Uint8Array) => void} visit
 * @returns {number} how many bytes the whole packets took
 */
export function scan(bytes, visit) {
  const { length } = bytes;
  let at = 0;
  while (length - at >= 2) {
    let start = at + 1;
    let remaining = 0;
    let shift = 0;
    let byte;
    do {
      if (start === length) return at;
      byte = bytes[start++];
      remaining |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    const end = start + remaining;
    if (end > length) return at;
    visit(bytes[at], start, end, bytes);
    at = end;
  }
  return at;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 */
export const uint16 = (bytes, at) => (bytes[at] << 8) | bytes[at + 1];

/**
 * The packet identifier of a PUBLISH of QoS 1 or 2 stands behind its topic.
 * @param {Uint8Array} bytes
 * @param {number} start
 */
export const publishedId = (bytes, start) => uint16(bytes, start + 2 + uint16(bytes, start));
