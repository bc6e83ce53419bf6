import { type Client, type ClientOptions, createClientWith } from '@mqtide/client/internal';
import { createPair, type Pair } from '@mqtide/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { iotCoreProfile } from './profile.ts';

let pair: Pair;
let client: Client;
const create = (options: Partial<ClientOptions> = {}): Client =>
  createClientWith({ url: pair.url, brokerProfile: iotCoreProfile, ...options }, pair);
beforeEach(async () => {
  pair = createPair();
  client = create();
  await client.start();
});

const sent = (type: string) =>
  pair.broker.traffic.filter(({ packet, direction }) => direction === 'received' && packet.type === type);

describe('over IoT Core', () => {
  const levels = (count: number): string => Array.from({ length: count }, (_, index) => `l${index}`).join('/');
  const x = (count: number): string => 'x'.repeat(count);

  it.each([
    ['a topic of 256 bytes', x(256), ''],
    ['a topic of eight levels', levels(8), ''],
    ['a payload of 128 KiB', 'a', x(131_072)],
    ['a rule, whose name does not count', `$aws/rules/rule/${levels(8)}`, ''],
    ['an answer to a command, which has nine levels', '$aws/commands/things/t/executions/e/response/accepted/json', ''],
  ])('%s is sent', async (_, topic, payload) => {
    await client.publish(topic, payload, { qos: 1 });
    expect(sent('publish')).toHaveLength(1);
  });

  it.each([
    ['a topic of 257 bytes', x(257), ''],
    ['a topic of 256 bytes in fewer characters', 'é'.repeat(129), ''],
    ['a topic of nine levels', levels(9), ''],
    ['a rule with nine levels behind its name', `$aws/rules/rule/${levels(9)}`, ''],
    ['a payload over 128 KiB', 'a', x(131_073)],
  ])('%s is refused, and nothing is sent', async (_, topic, payload) => {
    await expect(client.publish(topic, payload, { qos: 1 })).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('AWS IoT Core'),
    });
    expect(sent('publish')).toHaveLength(0);
  });

  it('QoS 2 is refused, of publishes and subscriptions', async () => {
    await expect(client.publish('a', '', { qos: 2 })).rejects.toMatchObject({ code: 'UNSUPPORTED_BY_SERVER' });
    await expect(client.subscribe('a', { qos: 2 })).rejects.toMatchObject({ code: 'UNSUPPORTED_BY_SERVER' });
  });

  it('a filter in a share may be as long as any other', async () => {
    await client.subscribe(`$share/${x(100)}/${levels(8)}`);
    await expect(client.subscribe(`$share/name/${levels(9)}`)).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('twenty filters leave in three SUBSCRIBE packets, and end as one', async () => {
    const group = await client.subscribe(Array.from({ length: 20 }, (_, index) => `f/${index}`));
    expect(group.subscriptions).toHaveLength(20);
    expect(sent('subscribe')).toHaveLength(3);
  });

  it.each([
    ['129 bytes', x(129)],
    ['a reserved beginning', '$GEN/7c'],
  ])('a client identifier with %s is refused', async (_, clientId) => {
    await expect((async () => create({ clientId }).start())()).rejects.toMatchObject({
      code: expect.stringMatching(/^(LIMIT_EXCEEDED|INVALID_ARGUMENT)$/),
    });
  });

  it.each([
    [5, 30],
    [3_600, 1_200],
    [0, 1_200],
  ])('a keep alive of %i seconds becomes %i', async (keepAliveSeconds, effective) => {
    const settings = await create({ keepAliveSeconds }).start();
    expect(settings.keepAliveSeconds).toBe(effective);
  });

  it('the third hundred of publishes has to wait two seconds, and none is lost', async () => {
    const all = Array.from({ length: 300 }, (_, index) => client.publish('a', `${index}`, { qos: 1 }));
    await pair.clock.settle();
    const first = sent('publish').length;
    expect(first).toBeLessThanOrEqual(100);
    await pair.clock.advance(1_000);
    expect(sent('publish').length).toBeLessThanOrEqual(first + 101);
    await pair.clock.advance(5_000);
    await Promise.all(all);
    expect(sent('publish')).toHaveLength(300);
  });

  it('a limit can be changed, or left out', async () => {
    const { maximumTopicLevels: _, ...profile } = iotCoreProfile;
    const other = create({ brokerProfile: { ...profile, maximumPayloadBytes: 10 } });
    await other.start();
    await other.publish(levels(20), '');
    await expect(other.publish('a', x(11))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });
});
