import { expect, it } from 'vitest';
import { count, duration, messages, reason, size, timeOfDay } from './words.ts';

it.each([
  [size(0), '0 B'],
  [size(1_023), '1023 B'],
  [size(1_536), '1.5 KiB'],
  [size(8_388_608), '8.0 MiB'],
  [duration(0.42), '0.4 ms'],
  [duration(12.4), '12 ms'],
  [duration(1_540), '1.5 s'],
  [count(12_345), '12,345'],
  [messages(1), '1 message'],
  [messages(0), '0 messages'],
  [reason(5), '5'],
  [reason(0x87), '0x87'],
  [timeOfDay(new Date(2026, 10, 21, 4, 2, 11, 204).getTime()), '04:02:11.204'],
])('says %s', (said, expected) => expect(said).toBe(expected));
