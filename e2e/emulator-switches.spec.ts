import type { PolicyDocument } from '@mqtide/emulator';
import type { EmulatedCloud } from './fixtures/emulated-cloud.ts';
import { expect, test } from './fixtures/index.ts';
import { HandClient } from './support/hand-client.ts';
import { signedUrl } from './support/signed-url.ts';

/*
 * What AWS documents nowhere is a switch of the emulator: each of them both ways, through its real broker. Those of shadows,
 * jobs and results of commands are in unit tests beside the services.
 */
const tag = '@chromium';

/** Somebody who may do what he likes below `open/`, and with `mute` all but receive it. */
const GARDENER = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'secret' };

function addGardener({ emulator }: EmulatedCloud): void {
  const arn = (resource: string): string => emulator.cloud.arn(resource);
  const allow = (Action: string | string[], ...Resource: string[]) => ({ Effect: 'Allow', Action, Resource }) as const;
  const document: PolicyDocument = {
    Statement: [
      allow('iot:Connect', '*'),
      allow('iot:Publish', arn('topic/open/*'), arn('topic/mute')),
      allow('iot:Receive', arn('topic/open/*')),
      allow('iot:Subscribe', arn('topicfilter/open/*'), arn('topicfilter/mute'), arn('topicfilter/$aws/*')),
    ],
  };
  emulator.cloud.addUser(GARDENER.accessKeyId, GARDENER.secretAccessKey, [document]);
}

const connect = (cloud: EmulatedCloud) => HandClient.connect(signedUrl({ host: cloud.host, ...GARDENER }));

/** What comes next: its type and codes, or `closed`. */
async function nextOf(client: HandClient): Promise<string> {
  const packet = await client.next();
  if (packet === undefined) return 'closed';
  const codes = 'reasonCodes' in packet ? packet.reasonCodes : 'reasonCode' in packet ? [packet.reasonCode] : [];
  return [packet.type, ...codes.map((code) => code.toString(16))].join(' ');
}

/** What a client sees next that does something, and then asks whether it is let live. */
const after =
  (act: (client: HandClient) => void) =>
  async (cloud: EmulatedCloud): Promise<string> => {
    const client = await connect(cloud);
    act(client);
    client.send({ type: 'pingreq' });
    return nextOf(client);
  };

type Way = readonly [value: string | number | boolean, seen: string];

const SWITCHES: readonly {
  readonly name: string;
  readonly what: string;
  readonly ways: readonly [byDefault: Way, other: Way];
  readonly see: (cloud: EmulatedCloud) => Promise<string>;
}[] = [
  {
    name: 'deniedQos0',
    what: 'a denied publish of QoS 0',
    ways: [
      ['disconnect', 'disconnect 87'],
      ['ignore', 'pingresp'],
    ],
    see: after((client) => client.publish('closed/x')),
  },
  {
    name: 'deniedQos1',
    what: 'a denied publish of QoS 1',
    ways: [
      ['puback', 'puback 87'],
      ['disconnect', 'disconnect 87'],
    ],
    see: after((client) => client.publish('closed/x', '', { packetId: 1 })),
  },
  {
    name: 'tooManyFilters',
    what: 'nine filters in a SUBSCRIBE',
    ways: [
      [0x97, 'disconnect 97'],
      [0x82, 'disconnect 82'],
    ],
    see: after((client) => client.subscribe(1, ...Array.from({ length: 9 }, (_, index) => `open/${index}`))),
  },
  {
    name: 'tooLarge',
    what: 'a payload over 128 KiB',
    ways: [
      [0x97, 'disconnect 97'],
      [0x81, 'disconnect 81'],
    ],
    see: after((client) => client.publish('open/x', new Uint8Array(131_073))),
  },
  {
    name: 'subscribeQos2',
    what: 'a SUBSCRIBE at QoS 2',
    ways: [
      ['disconnect', 'disconnect 9b'],
      ['grant', 'suback 1'],
    ],
    async see(cloud) {
      const client = await connect(cloud);
      client.send({ type: 'subscribe', packetId: 1, subscriptions: [{ filter: 'open/x', qos: 2 }] });
      return nextOf(client);
    },
  },
  {
    name: 'shareResource',
    what: 'a shared subscription, which the policy names without its share',
    ways: [
      ['whole', 'suback 87'],
      ['filter', 'suback 1'],
    ],
    async see(cloud) {
      const client = await connect(cloud);
      client.subscribe(1, '$share/group/open/x');
      return nextOf(client);
    },
  },
  {
    name: 'wildcardFormatCloses',
    what: 'a wildcard for the format of commands',
    ways: [
      [true, 'disconnect 8f'],
      [false, 'suback 1'],
    ],
    async see(cloud) {
      const client = await connect(cloud);
      client.subscribe(1, '$aws/commands/things/lamp/executions/+/request/+');
      return nextOf(client);
    },
  },
  {
    name: 'deliverWithoutReceive',
    what: 'a message that the policy does not let it receive',
    ways: [
      [false, 'open/x'],
      [true, 'mute'],
    ],
    async see(cloud) {
      const client = await connect(cloud);
      await client.subscribed('mute', 'open/x');
      client.publish('mute');
      client.publish('open/x');
      return (await client.nextOf('publish'))?.topic ?? 'closed';
    },
  },
  {
    name: 'lifetimeEnd',
    what: 'the end of a lifetime',
    ways: [
      [0x87, 'disconnect 87'],
      [0x98, 'disconnect 98'],
    ],
    async see(cloud) {
      const client = await connect(cloud);
      const { clock } = cloud.emulator.cloud;
      clock.offsetMs += 86_400_000;
      const seen = await nextOf(client);
      clock.offsetMs = 0;
      return seen;
    },
  },
  {
    name: 'refusedByAuthorizer',
    what: 'a refusal of the authorizer',
    ways: [
      [0x87, 'connack 87'],
      [0x86, 'connack 86'],
    ],
    async see(cloud) {
      const client = await HandClient.open(`${cloud.endpoint}/mqtt`);
      client.sendConnect({ username: 'nobody' });
      return nextOf(client);
    },
  },
  {
    name: 'exposeDate',
    what: 'the headers that a page may read of Cognito',
    ways: [
      [true, 'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date'],
      [false, 'x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage'],
    ],
    async see({ emulator }) {
      const { headers } = await fetch(emulator.httpUrl, { method: 'POST', body: '{}' });
      return headers.get('access-control-expose-headers') ?? '';
    },
  },
];

for (const { name, what, ways, see } of SWITCHES) {
  test(`${name}: ${what}`, { tag }, async ({ cloud }) => {
    addGardener(cloud);
    const [[byDefault]] = ways;
    expect(cloud.emulator.cloud.switches).toHaveProperty(name, byDefault);
    for (const [value, seen] of ways) {
      await cloud.admin('switches', { [name]: value });
      expect({ value, seen: await see(cloud) }).toEqual({ value, seen });
    }
  });
}

test('signatureToleranceSeconds, enforceExpires: how old a signature may be', { tag }, async ({ cloud }) => {
  const attempt = (secondsAgo: number): Promise<string> =>
    HandClient.open(
      signedUrl({
        host: cloud.host,
        ...cloud.credentials,
        date: new Date(Date.now() - secondsAgo * 1000),
        expiresSeconds: 60,
      }),
    ).then(
      () => 'opened',
      (error: Error) => /\d{3}/.exec(error.message)?.[0] ?? error.message,
    );
  expect([await attempt(30), await attempt(90)]).toEqual(['opened', '403']);
  await cloud.admin('switches', { enforceExpires: false });
  expect([await attempt(90), await attempt(400)]).toEqual(['opened', '403']);
  await cloud.admin('switches', { signatureToleranceSeconds: 900 });
  expect([await attempt(400), await attempt(1000)]).toEqual(['opened', '403']);
});
