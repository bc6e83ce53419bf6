/** Several byte arrays in one. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    joined.set(piece, offset);
    offset += piece.length;
  }
  return joined;
}

/** Cuts bytes into pieces of these sizes, and what is left into one more; a single size is used throughout. */
export function splitBytes(bytes: Uint8Array, sizes: number | readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let offset = 0, index = 0; offset < bytes.length; index++) {
    const size = typeof sizes === 'number' ? sizes : (sizes[index] ?? bytes.length - offset);
    if (!(size >= 1)) throw new RangeError(`a piece of ${size} bytes`);
    pieces.push(bytes.subarray(offset, offset + size));
    offset += size;
  }
  return pieces;
}

/** Bytes as pairs of hexadecimal digits, for messages: `20 02 00 00`. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
