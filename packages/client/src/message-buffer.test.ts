import { describe, expect, it } from 'vitest';
import { ReceivedMessage } from './message.ts';
import { MessageBuffer, type OverflowPolicy } from './message-buffer.ts';
import { message, reliable } from './testing/subscriptions.test-helpers.ts';

interface Filled {
  readonly buffer: MessageBuffer;
  /** What was acknowledged, in order, with its reason code. */
  readonly done: string[];
  add(text: string, topic?: string, qos?: 0 | 1): boolean;
  take(): string | undefined;
}

function bufferOf(limit: number, overflow: OverflowPolicy): Filled {
  const done: string[] = [];
  const buffer = new MessageBuffer(limit, overflow, (each) => each.done(0));
  return {
    buffer,
    done,
    add(text, topic = 'a', qos = 1) {
      const packet = qos === 0 ? message(topic, text) : { ...message(topic, text), qos, packetId: 1 };
      return buffer.add(new ReceivedMessage(packet, (reasonCode) => done.push(`${text} ${reasonCode}`)));
    },
    take: () => buffer.take()?.text(),
  };
}

describe('a buffer', () => {
  it.each<[OverflowPolicy, string[], string[]]>([
    ['dropOldest', ['2', '3'], ['1 0', '2 0', '3 0']],
    ['dropNewest', ['1', '2'], ['1 0', '2 0', '3 128']],
    ['latestPerTopic', ['3'], ['1 0', '2 0', '3 0']],
    ['holdAcknowledgements', ['1', '2', '3'], ['1 0', '2 0', '3 0']],
  ])('of two, with %s, is given three', (overflow, kept, done) => {
    const filled = bufferOf(2, overflow);
    for (const text of ['1', '2', '3']) expect(filled.add(text)).toBe(true);
    expect(filled.buffer.dropped).toBe(overflow === 'holdAcknowledgements' ? 0 : 3 - kept.length);
    expect(Array.from({ length: 4 }, filled.take)).toEqual([...kept, ...Array<undefined>(4 - kept.length)]);
    expect(filled.done).toEqual(done);
  });

  it('says when there is no place and that is an error', () => {
    const filled = bufferOf(1, 'error');
    expect([filled.add('1'), filled.add('2'), filled.buffer.dropped, filled.take()]).toEqual([true, false, 0, '1']);
    expect(filled.add('3')).toBe(true);
  });

  it('is told when a message that was dropped before it was acknowledged is not processed', () => {
    const done: number[] = [];
    const buffer = new MessageBuffer(1, 'dropOldest', () => {});
    for (const packetId of [1, 2]) buffer.add(new ReceivedMessage(reliable(packetId, 'a'), (code) => done.push(code)));
    buffer.clear();
    expect([done, buffer.takeAll(), buffer.dropped]).toEqual([[0x80, 0x80], [], 1]);
  });
});

describe('latestPerTopic', () => {
  it('keeps one message of each topic, in the place of the first', () => {
    const filled = bufferOf(3, 'latestPerTopic');
    for (const [text, topic] of ['1 a', '2 b', '3 a', '4 c', '5 b'].map((each) => each.split(' ')))
      filled.add(text as string, topic);
    expect(filled.buffer.dropped).toBe(2);
    expect(filled.take()).toBe('3');
    filled.add('6', 'a');
    filled.add('7', 'c');
    expect([filled.take(), filled.take(), filled.take(), filled.take()]).toEqual(['5', '7', '6', undefined]);
  });

  it('drops the oldest topic when there are more than may wait', () => {
    const filled = bufferOf(2, 'latestPerTopic');
    for (const topic of ['a', 'b', 'c']) filled.add(topic, topic);
    filled.add('B', 'b');
    filled.add('A', 'a');
    expect([filled.take(), filled.take(), filled.take()]).toEqual(['c', 'A', undefined]);
    expect(filled.buffer.dropped).toBe(3);
  });

  it('finds its places again after messages were taken out of the row', () => {
    const buffer = new MessageBuffer(3, 'latestPerTopic', () => {});
    const messages = ['a', 'b', 'c'].map((topic) => new ReceivedMessage(message(topic, topic)));
    for (const each of messages) buffer.add(each);
    buffer.take();
    buffer.remove(messages[1] as ReceivedMessage);
    buffer.add(new ReceivedMessage(message('c', 'C')));
    buffer.add(new ReceivedMessage(message('b', 'B')));
    expect(buffer.takeAll().map((each) => each.text())).toEqual(['C', 'B']);
  });
});

describe('holdAcknowledgements', () => {
  it('acknowledges a message when there is a place for it, not before', () => {
    const filled = bufferOf(2, 'holdAcknowledgements');
    for (const text of ['1', '2', '3', '4']) filled.add(text);
    expect(filled.done).toEqual(['1 0', '2 0']);
    filled.take();
    expect(filled.done).toEqual(['1 0', '2 0', '3 0']);
    filled.take();
    expect(filled.done).toEqual(['1 0', '2 0', '3 0', '4 0']);
  });

  it('drops QoS 0, which nobody can hold back', () => {
    const filled = bufferOf(1, 'holdAcknowledgements');
    filled.add('1', 'a', 0);
    filled.add('2', 'a', 0);
    filled.add('3', 'a', 1);
    expect([filled.buffer.dropped, filled.take(), filled.take()]).toEqual([1, '1', '3']);
  });
});
