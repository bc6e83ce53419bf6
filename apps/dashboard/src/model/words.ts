const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const ONE_DIGIT = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const TIME = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

const KIBIBYTE = 1_024;
const MEBIBYTE = 1_048_576;

/** `12,345` */
export const count = (value: number): string => WHOLE.format(value);

/** `312 B`, `1.5 KiB`, `8.0 MiB` */
export function size(bytes: number): string {
  if (bytes < KIBIBYTE) return `${bytes} B`;
  return bytes < MEBIBYTE ? `${ONE_DIGIT.format(bytes / KIBIBYTE)} KiB` : `${ONE_DIGIT.format(bytes / MEBIBYTE)} MiB`;
}

/** `0.4 ms`, `12 ms`, `1.5 s` */
export function duration(milliseconds: number): string {
  if (milliseconds < 10) return `${ONE_DIGIT.format(milliseconds)} ms`;
  return milliseconds < 1_000 ? `${WHOLE.format(milliseconds)} ms` : `${ONE_DIGIT.format(milliseconds / 1_000)} s`;
}

/** `14:02:11.204`, in the time zone of the page. */
export const timeOfDay = (milliseconds: number): string => TIME.format(milliseconds);

/** `1 message`, `12,345 messages` */
export const messages = (value: number): string => `${count(value)} ${value === 1 ? 'message' : 'messages'}`;

/** `0x87` for 5.0, `5` for a return code of 3.1.1. */
export const reason = (code: number): string => (code < 0x10 ? String(code) : `0x${code.toString(16).toUpperCase()}`);
