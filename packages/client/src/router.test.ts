import { matchTopic, validateTopicFilter } from '@mqtide/codec';
import { seededRandom } from '@mqtide/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Router } from './router.ts';

interface Handle {
  readonly filter: string;
}

function router(...filters: string[]): Router<Handle> {
  const made = new Router<Handle>();
  for (const filter of filters) made.add({ filter });
  return made;
}

const found = (made: Router<Handle>, topic: string): string[] =>
  made
    .match(topic)
    .map(({ filter }) => filter)
    .sort();

describe('Router', () => {
  it('finds every handle whose filter matches', () => {
    const made = router('a/b', 'a/+', 'a/#', '#', '+/b', 'a', 'a/b/c', '+');
    expect(found(made, 'a/b')).toEqual(['#', '+/b', 'a/#', 'a/+', 'a/b']);
  });

  it('matches the level above a final # too [MQTT-4.7.1-2]', () => {
    expect(found(router('a/#', 'a/+', '+/#'), 'a')).toEqual(['+/#', 'a/#']);
  });

  it('lets no wildcard at the first level match topics that begin with $ [MQTT-4.7.2-1]', () => {
    const made = router('#', '+/monitor', '$SYS/#', '$SYS/+', '+/+');
    expect(found(made, '$SYS/monitor')).toEqual(['$SYS/#', '$SYS/+']);
    expect(found(made, 'a/$SYS')).toEqual(['#', '+/+']);
  });

  it('treats empty levels as levels', () => {
    const made = router('/', '+/+', '/+', '//', '#', 'a//b', 'a/+/b');
    expect(found(made, '/')).toEqual(['#', '+/+', '/', '/+']);
    expect(found(made, 'a//b')).toEqual(['#', 'a/+/b', 'a//b']);
  });

  it('delivers shared subscriptions under the filter behind the share name', () => {
    const made = router('$share/group/a/+', '$share/group/#', '$share/x/$SYS/#', 'a/b');
    expect(found(made, 'a/b')).toEqual(['$share/group/#', '$share/group/a/+', 'a/b']);
    expect(found(made, '$SYS/b')).toEqual(['$share/x/$SYS/#']);
  });

  it('is not confused by levels that are names of object properties', () => {
    const made = router('__proto__/constructor', 'toString');
    expect(found(made, '__proto__/constructor')).toEqual(['__proto__/constructor']);
    expect(found(made, 'constructor')).toEqual([]);
  });

  it('keeps several handles of one filter apart', () => {
    const made = new Router<Handle>();
    const [first, second, shared] = [{ filter: 'a/+' }, { filter: 'a/+' }, { filter: '$share/g/a/+' }];
    for (const handle of [first, second, shared]) made.add(handle);
    expect(made.handlesOf('a/+')).toEqual([first, second]);
    made.remove(second);
    made.remove(second);
    made.remove({ filter: 'a/+' });
    made.remove({ filter: 'b' });
    expect(made.handlesOf('a/+')).toEqual([first]);
    expect(made.match('a/x')).toEqual([first, shared]);
  });

  it('gives what it found as it was: a handle that leaves meanwhile does not disturb the others', () => {
    const made = router('a/+', 'a/#', '#');
    const seen: string[] = [];
    for (const { filter } of made.match('a/b')) {
      seen.push(filter);
      for (const other of made.all()) made.remove(other);
    }
    expect(seen.sort()).toEqual(['#', 'a/#', 'a/+']);
    expect(found(made, 'a/b')).toEqual([]);
  });
});

const LEVELS = ['a', 'b', 'cc', '', '$SYS', '$share', '+', '#', 'é'];

function randomName(random: () => number, levels: readonly string[]): string {
  const depth = 1 + Math.floor(random() * 4);
  return Array.from({ length: depth }, () => levels[Math.floor(random() * levels.length)] as string).join('/');
}

afterEach(() => vi.restoreAllMocks());

describe.each([1, 2, 3, 4, 5])('Router, at random (seed %i)', (seed) => {
  const random = seededRandom(seed);
  const randomFilter = (): string => {
    for (;;) {
      const filter = (random() < 0.2 ? '$share/group/' : '') + randomName(random, LEVELS);
      if (validateTopicFilter(filter) === undefined) return filter;
    }
  };
  const randomTopic = (): string => {
    const topic = randomName(
      random,
      LEVELS.filter((level) => !/[+#]/.test(level)),
    );
    return topic === '' ? 'a' : topic;
  };

  it('agrees with `matchTopic`, while filters come and go', () => {
    const made = new Router<Handle>();
    const present = new Map<string, Handle>();
    for (let step = 0; step < 2_000; step++) {
      const filter = randomFilter();
      if (random() < 0.4 && present.size > 0) {
        const leaving = [...present.values()][Math.floor(random() * present.size)] as Handle;
        present.delete(leaving.filter);
        made.remove(leaving);
      } else if (!present.has(filter)) {
        const handle = { filter };
        present.set(filter, handle);
        made.add(handle);
      }
      const topic = randomTopic();
      const expected = [...present.keys()].filter((each) => matchTopic(each, topic)).sort();
      expect(found(made, topic), `seed ${seed}, step ${step}, topic '${topic}'`).toEqual(expected);
    }
    expect(new Set(made.all())).toEqual(new Set(present.values()));
  });

  it('says whether filters can match the same topic', () => {
    const filters = [...new Set(Array.from({ length: 60 }, randomFilter))].filter((each) => !each.startsWith('$'));
    const topics = [...new Set(Array.from({ length: 2_000 }, randomTopic))];
    for (const one of filters) {
      for (const other of filters) {
        const meet = topics.some((topic) => matchTopic(one, topic) && matchTopic(other, topic));
        if (meet) expect(router(one).overlaps(other), `seed ${seed}, '${one}' and '${other}'`).toBe(true);
      }
    }
    for (const [one, other] of [
      ['a', 'b'],
      ['a/+', 'a'],
      ['a/b', 'a/+/c'],
      ['+/b', 'a/c'],
      ['a/b/#', 'a/c/#'],
      ['a/b', 'a'],
    ] as const)
      expect([one, other, router(one).overlaps(other)]).toEqual([one, other, false]);
    expect(new Router().overlaps('#')).toBe(false);
    expect(router('a/#').overlaps('a')).toBe(true);
    expect(router('a').overlaps('a/#')).toBe(true);
    expect(router('a/b').overlaps('$share/g/+/b')).toBe(true);
  });

  it('forgets everything that was removed, in any order', () => {
    const made = new Router<Handle>();
    const handles = Array.from({ length: 200 }, () => ({ filter: randomFilter() }));
    const entered = vi.spyOn(Map.prototype, 'set');
    const left = vi.spyOn(Map.prototype, 'delete');
    for (const handle of handles) made.add(handle);
    for (const handle of handles.sort(() => random() - 0.5)) made.remove(handle);
    const [entries, deleted] = [
      entered.mock.calls.length,
      left.mock.results.filter(({ value }) => value === true).length,
    ];
    vi.restoreAllMocks();
    // Every entry of every map, the nodes of the tree among them, is gone again.
    expect(deleted).toBe(entries);
    expect(made.all()).toEqual([]);
    for (const { filter } of handles) expect(made.handlesOf(filter)).toEqual([]);
  });
});
