import { setTimeout as wait } from 'node:timers/promises';
import { type Client, type ClientOptions, createClient, type Message } from '@mqtide/client';
import { WebSocket } from 'ws';

/** Where to look, and as what. */
export interface ProbeTarget {
  readonly url: string;
  readonly protocolVersion: 4 | 5;
  readonly credentials?: { readonly username: string; readonly password: string };
}

/** What the table says of something that a broker does, or does not do. */
export const YES = 'yes';
const NO = 'no';

const PATIENCE_MS = 4_000;
let unique = 0;

/** One look at one broker: its own topic, its own clients, which end with it. */
class Probe {
  readonly topic: string;
  readonly #target: ProbeTarget;
  /** The clients, each with its sockets. */
  readonly #clients = new Map<Client, WebSocket[]>();

  constructor(target: ProbeTarget) {
    this.#target = target;
    unique += 1;
    this.topic = `probe/${process.pid}/${Date.now()}/${unique}`;
  }

  make(options: Partial<ClientOptions> = {}): Client {
    const sockets: WebSocket[] = [];
    const webSocket = class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        sockets.push(this);
      }
    };
    const client = createClient({ ...this.#target, webSocket, ackTimeoutMs: PATIENCE_MS, ...options });
    this.#clients.set(client, sockets);
    return client;
  }

  /** Ends the connection of a client without a DISCONNECT. */
  cut(client: Client): void {
    this.#clients.get(client)?.at(-1)?.terminate();
  }

  async connect(options: Partial<ClientOptions> = {}): Promise<Client> {
    const client = this.make({ reconnect: false, ...options });
    await client.start({ signal: AbortSignal.timeout(2 * PATIENCE_MS) });
    return client;
  }

  /** A client that publishes and one that has subscribed, and what it has got so far. */
  async two(filter: string, options: Parameters<Client['subscribe']>[1] = {}) {
    const from = await this.connect();
    const to = await this.connect();
    const got: Message[] = [];
    await to.subscribe(filter, { qos: 1, ...options }, (message) => got.push(message));
    return { from, to, got };
  }

  async end(): Promise<void> {
    await Promise.all([...this.#clients.keys()].map((client) => client.stop()));
  }
}

type Look = (probe: Probe, target: ProbeTarget) => Promise<boolean | string>;

/** What is looked at, in the order of the table. */
export const LOOKS: readonly (readonly [what: string, onlyIn5: boolean, look: Look])[] = [
  ['connects', false, async (probe) => (await probe.connect()).state.status === 'connected'],
  ...([0, 1, 2] as const).map(
    (qos) =>
      [
        `QoS ${qos}, both ways`,
        false,
        async (probe: Probe) => {
          const { from, got } = await probe.two(probe.topic, { qos });
          await from.publish(probe.topic, 'x', { qos });
          await until(() => got.length > 0);
          return got[0]?.qos === qos;
        },
      ] as const,
  ),
  ['retained messages', false, (probe) => retained(probe, {})],
  [
    'wildcards',
    false,
    async (probe) => {
      const { from, got } = await probe.two(`${probe.topic}/+/#`);
      await from.publish(`${probe.topic}/a/b/c`, 'x', { qos: 1 });
      await until(() => got.length > 0);
      return true;
    },
  ],
  [
    'will',
    false,
    async (probe) => {
      const { got } = await probe.two(probe.topic);
      const dying = await probe.connect({ will: { topic: probe.topic, payload: 'gone', qos: 1 } });
      probe.cut(dying);
      await until(() => got.length > 0);
      return true;
    },
  ],
  [
    'session resumed, queued messages delivered',
    false,
    async (probe) => {
      const clientId = `probe${unique}${Date.now()}`;
      const sleeper = probe.make({ clientId, reconnect: { minDelayMs: 200, jitter: 'none' } });
      await sleeper.start({ signal: AbortSignal.timeout(PATIENCE_MS) });
      const got: Message[] = [];
      await sleeper.subscribe(probe.topic, { qos: 1 }, (message) => got.push(message));
      const back = new Promise<boolean>((resolve) => {
        sleeper.on('connectionSuccess', ({ settings }) => resolve(settings.rejoinedSession));
      });
      const from = await probe.connect();
      probe.cut(sleeper);
      await from.publish(probe.topic, 'x', { qos: 1 });
      const resumed = await back;
      await until(() => got.length > 0);
      return resumed;
    },
  ],
  [
    'take-over told with 0x8E',
    true,
    async (probe) => {
      const clientId = `probe${unique}${Date.now()}`;
      const first = await probe.connect({ clientId });
      const told = new Promise<boolean>((resolve) => {
        first.on('disconnection', ({ disconnect }) => resolve(disconnect?.reasonCode === 0x8e));
      });
      await probe.connect({ clientId });
      return told;
    },
  ],
  [
    'shared subscriptions',
    true,
    async (probe) => {
      const { from, got } = await probe.two(`$share/group/${probe.topic}`);
      await from.publish(probe.topic, 'x', { qos: 1 });
      await until(() => got.length > 0);
      return got.length === 1;
    },
  ],
  [
    'subscription identifiers',
    true,
    async (probe) => {
      const { settings } = (await probe.connect()).state;
      return settings?.subscriptionIdentifiersAvailable === true;
    },
  ],
  [
    'no local',
    true,
    async (probe) => {
      const client = await probe.connect();
      const got: Message[] = [];
      await client.subscribe(probe.topic, { qos: 1, noLocal: true }, (message) => got.push(message));
      await client.subscribe(`${probe.topic}/end`, { qos: 1 }, (message) => got.push(message));
      await client.publish(probe.topic, 'x', { qos: 1 });
      await client.publish(`${probe.topic}/end`, 'x', { qos: 1 });
      await until(() => got.some(({ topic }) => topic.endsWith('/end')));
      return got.length === 1;
    },
  ],
  [
    'retain as published',
    true,
    async (probe) => {
      const { from, got } = await probe.two(probe.topic, { retainAsPublished: true });
      await from.publish(probe.topic, 'x', { qos: 1, retain: true });
      await until(() => got.length > 0);
      await from.publish(probe.topic, '', { qos: 1, retain: true });
      return got[0]?.retain === true;
    },
  ],
  ['retain handling', true, async (probe) => !(await retained(probe, { retainHandling: 2 }))],
  [
    'properties forwarded (user properties, content type, response topic, correlation data)',
    true,
    async (probe) => {
      const { from, got } = await probe.two(probe.topic);
      const properties = {
        userProperties: [['name', 'value']],
        contentType: 'text/plain',
        responseTopic: `${probe.topic}/answer`,
        correlationData: new Uint8Array([1, 2, 3]),
      } as const;
      await from.publish(probe.topic, 'x', { qos: 1, properties });
      await until(() => got.length > 0);
      return Object.keys(properties).every((name) => name in (got[0]?.properties ?? {}));
    },
  ],
  [
    'message expiry counted down',
    true,
    async (probe) => {
      const clientId = `probe${unique}${Date.now()}`;
      const sleeper = probe.make({ clientId, reconnect: { minDelayMs: 1_200, jitter: 'none' } });
      await sleeper.start({ signal: AbortSignal.timeout(PATIENCE_MS) });
      const got: Message[] = [];
      await sleeper.subscribe(probe.topic, { qos: 1 }, (message) => got.push(message));
      const from = await probe.connect();
      probe.cut(sleeper);
      await from.publish(probe.topic, 'short', { qos: 1, properties: { messageExpiryInterval: 1 } });
      await from.publish(probe.topic, 'long', { qos: 1, properties: { messageExpiryInterval: 60 } });
      await until(() => got.some((message) => message.text() === 'long'));
      return (got.at(-1)?.properties.messageExpiryInterval ?? 60) < 60;
    },
  ],
  ['topic aliases it takes', true, async (probe) => granted(probe, 'topicAliasMaximum')],
  ['Receive Maximum', true, async (probe) => granted(probe, 'receiveMaximum')],
];

/** The cells of one broker and version, by what was looked at. What it does not have in 3.1.1 is left out. */
export async function probe(target: ProbeTarget): Promise<Map<string, string>> {
  const cells = new Map<string, string>();
  for (const [what, onlyIn5, look] of LOOKS) {
    if (onlyIn5 && target.protocolVersion === 4) continue;
    const one = new Probe(target);
    const seen = await look(one, target).catch(() => false);
    cells.set(what, typeof seen === 'string' ? seen : seen ? YES : NO);
    await one.end();
    if (what === 'connects' && !seen) return cells;
  }
  return cells;
}

async function granted(probe: Probe, name: 'receiveMaximum' | 'topicAliasMaximum'): Promise<string> {
  const client = probe.make({ reconnect: false });
  const connack = new Promise<number>((resolve) => {
    client.on('connectionSuccess', (event) => {
      resolve(event.connack.properties?.[name] ?? (name === 'receiveMaximum' ? 65_535 : 0));
    });
  });
  await client.start({ signal: AbortSignal.timeout(PATIENCE_MS) });
  return String(await connack);
}

async function retained(probe: Probe, options: { retainHandling?: 2 }): Promise<boolean> {
  const from = await probe.connect();
  await from.publish(probe.topic, 'kept', { qos: 1, retain: true });
  const to = await probe.connect();
  const got: Message[] = [];
  await to.subscribe(`${probe.topic}/end`, { qos: 1 }, (message) => got.push(message));
  await to.subscribe(probe.topic, { qos: 1, ...options }, (message) => got.push(message));
  await from.publish(`${probe.topic}/end`, 'x', { qos: 1 });
  await until(() => got.some(({ topic }) => topic.endsWith('/end')));
  await from.publish(probe.topic, '', { qos: 1, retain: true });
  return got.some((message) => message.retain && message.text() === 'kept');
}

async function until(isSo: () => boolean): Promise<void> {
  const giveUpAt = Date.now() + 2 * PATIENCE_MS;
  while (!isSo()) {
    if (Date.now() > giveUpAt) throw new Error('nothing came');
    await wait(10);
  }
}
