/*
 * What it costs to find the handler of a received message among 10,000 subscriptions, in Node.js: from the bytes of a
 * frame of 50 messages to the handlers, in the whole client; beside a client with one subscription, and beside comparing
 * the filters one by one, which is what applications do where a library has no handlers for subscriptions. The sources
 * are bundled, so that a stale build is never measured.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { median } from './statistics.mjs';

const SUBSCRIPTIONS = 10_000;
const ROUNDS = 15;
const FRAMES_PER_ROUND = 200;
const MESSAGES_PER_FRAME = 50;
/** Microseconds that finding the handler may cost. */
const TARGET = 2;

const source = (name) => fileURLToPath(new URL(`../packages/${name}`, import.meta.url));

async function bundleClient() {
  const folder = await mkdtemp(join(tmpdir(), 'mqtide-bench-'));
  const input = 'bench:dispatch';
  try {
    const bundle = await rolldown({
      input,
      platform: 'neutral',
      resolve: { conditionNames: ['@mqtide/source', 'import', 'default'] },
      plugins: [
        {
          name: 'entry',
          resolveId: (id) => (id === input ? id : undefined),
          load: (id) =>
            id === input
              ? `export * from ${JSON.stringify(source('client/src/internal.ts'))}; export * from ${JSON.stringify(source('codec/src/index.ts'))};`
              : undefined,
        },
      ],
      logLevel: 'silent',
    });
    const file = join(folder, 'client.mjs');
    await bundle.write({ file, format: 'esm', minify: true });
    await bundle.close();
    return await import(pathToFileURL(file).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A client on a socket that the benchmark writes into, subscribed to as many filters. */
async function clientWith(filters, { createClientWith, Decoder, encode }) {
  let listener;
  const decoder = new Decoder({ version: 5, sender: 'client' });
  const answer = (packet) => {
    if (packet.type === 'connect') return { type: 'connack', sessionPresent: false, reasonCode: 0 };
    if (packet.type !== 'subscribe') return undefined;
    return { type: 'suback', packetId: packet.packetId, reasonCodes: packet.subscriptions.map(() => 0) };
  };
  const transport = {
    connect(_, itsListener) {
      listener = itsListener;
      queueMicrotask(() => listener.onOpen());
      return {
        bufferedBytes: 0,
        close: () => listener.onClose({ code: 1000, reason: '' }),
        send(bytes) {
          for (const packet of decoder.push(bytes.slice())) {
            const reply = answer(packet);
            if (reply !== undefined) queueMicrotask(() => listener.onData(encode(reply, 5).slice()));
          }
        },
      };
    },
  };
  const clock = { now: () => performance.now(), random: () => 0.5, wakeAt: () => () => {} };
  const client = createClientWith({ url: 'ws://bench', keepAliveSeconds: 0 }, { transport, clock });
  await client.start();
  let heard = 0;
  const handlers = filters.map((filter) => client.subscribe(filter, () => (heard += 1)));
  await Promise.all(handlers);
  return { receive: (bytes) => listener.onData(bytes), heard: () => heard };
}

/** Microseconds of processor time for one message. */
function measure(frames, { receive, heard }) {
  const before = heard();
  const copies = frames.map((frame) => frame.slice());
  const start = process.cpuUsage();
  for (const frame of copies) receive(frame);
  const { user, system } = process.cpuUsage(start);
  const microseconds = (user + system) / (frames.length * MESSAGES_PER_FRAME);
  if (heard() - before !== frames.length * MESSAGES_PER_FRAME)
    throw new Error('a message reached no handler, or several');
  return microseconds;
}

export async function run() {
  const library = await bundleClient();
  const { encode, matchTopic } = library;
  const filterOf = (index) => (index % 2 === 0 ? `plants/p${index}/temp` : `plants/p${index}/+`);
  const topicOf = (index) => `plants/p${index}/temp`;
  const filters = Array.from({ length: SUBSCRIPTIONS }, (_, index) => filterOf(index));
  const payload = new Uint8Array(64);
  const frameOf = (topics) =>
    Buffer.concat(
      topics.map((topic) =>
        encode({ type: 'publish', topic, payload, qos: 0, retain: false, duplicate: false }, 5).slice(),
      ),
    );
  const framesOf = (topics) =>
    Array.from({ length: Math.max(FRAMES_PER_ROUND, topics.length / MESSAGES_PER_FRAME) }, (_, frame) => {
      const first = frame * MESSAGES_PER_FRAME;
      const inFrame = Array.from(
        { length: MESSAGES_PER_FRAME },
        (__, index) => topics[(first + index) % topics.length],
      );
      return new Uint8Array(frameOf(inFrame));
    });
  const ofEach = (topic) => Array.from({ length: SUBSCRIPTIONS }, (_, index) => topic((index * 7_919) % SUBSCRIPTIONS));
  const sixteen = framesOf(Array.from({ length: 16 }, (_, index) => topicOf(index * 625)));
  const all = framesOf(ofEach(topicOf));
  // Four times as many as come in a round, and more than are remembered: each has to be looked for.
  const always = framesOf([0, 1, 2, 3].flatMap((part) => ofEach((index) => `plants/p${index | 1}/t${part}`)));
  const one = await clientWith(['plants/#'], library);
  const many = await clientWith(filters, library);
  const contestants = {
    one: () => measure(sixteen, one),
    sixteen: () => measure(sixteen, many),
    all: () => measure(all, many),
    always: (round) => measure(always.slice((round % 4) * FRAMES_PER_ROUND).slice(0, FRAMES_PER_ROUND), many),
  };
  const samples = { one: [], sixteen: [], all: [], always: [] };
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, sample] of Object.entries(contestants)) samples[name].push(sample(round));
  const start = performance.now();
  let found = 0;
  for (let index = 0; index < 100; index++)
    for (const filter of filters) if (matchTopic(filter, topicOf(index * 100))) found += 1;
  const oneByOne = ((performance.now() - start) * 1_000) / 100;
  if (found !== 100) throw new Error(`${found} matches instead of 100`);
  const [base, repeated, changing, fresh] = ['one', 'sixteen', 'all', 'always'].map((name) =>
    median(samples[name].slice(3)),
  );
  const row = (what, microseconds) => ({
    'µs per message': what,
    total: microseconds,
    'to find the handler': Math.max(0, microseconds - base),
    [`at most ${TARGET}`]: microseconds - base <= TARGET ? 'met' : 'missed',
  });
  return [
    { 'µs per message': '1 subscription', total: base },
    row(`${SUBSCRIPTIONS} subscriptions, 16 topics`, repeated),
    row(`${SUBSCRIPTIONS} subscriptions, ${SUBSCRIPTIONS} topics`, changing),
    row(`${SUBSCRIPTIONS} subscriptions with wildcards, topics not seen lately`, fresh),
    { 'µs per message': `${SUBSCRIPTIONS} filters one by one, without a client`, total: oneByOne },
  ];
}
