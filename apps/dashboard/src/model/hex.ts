const BYTES_PER_LINE = 16;

/** The classic dump: offset, sixteen bytes in hexadecimal, and what of them can be printed. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += BYTES_PER_LINE) {
    const row = Array.from(bytes.subarray(offset, offset + BYTES_PER_LINE));
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0'));
    const halves = `${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`;
    const printable = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${offset.toString(16).padStart(6, '0')}  ${halves.padEnd(BYTES_PER_LINE * 3)}  ${printable}`);
  }
  return lines.join('\n');
}
