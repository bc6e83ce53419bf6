import { describe, expect, it } from 'vitest';
import { PACKETS } from './packet-table.ts';

describe('the table of packets', () => {
  it('has all fifteen by the numbers of the standard', () => {
    const types = ['connect', 'connack', 'publish', 'puback', 'pubrec', 'pubrel', 'pubcomp', 'subscribe', 'suback'];
    types.push('unsubscribe', 'unsuback', 'pingreq', 'pingresp', 'disconnect', 'auth');
    expect(PACKETS.map(({ type }) => type)).toEqual(types);
    expect(PACKETS.map(({ number }) => number)).toEqual(types.map((_, index) => index + 1));
  });
});
