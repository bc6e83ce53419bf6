import { expect, it } from 'vitest';
import * as codec from './index.ts';

it('these are the public values of the package', () => {
  expect(Object.keys(codec).sort()).toEqual([
    'Decoder',
    'InvalidPacketError',
    'MalformedPacketError',
    'PROPERTIES',
    'REASON_CODES',
    'ServerDecoder',
    'Writer',
    'encode',
    'encodeInto',
    'isError',
    'isSharedFilter',
    'matchTopic',
    'packetSize',
    'parseSharedFilter',
    'reasonName',
    'validateTopicFilter',
    'validateTopicName',
  ]);
});
