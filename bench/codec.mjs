/*
 * The codec beside mqtt-packet: encoding and decoding a QoS 1 PUBLISH with 64 bytes of payload, without properties and
 * with six. The codec is bundled from its sources, so that a stale build is never measured. Both do the same work in one
 * process, in rounds by turns; the figures are the medians of the rounds.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import mqttPacket from 'mqtt-packet';
import { rolldown } from 'rolldown';
import { median } from './statistics.mjs';
import { codecTable } from './tables.mjs';

const ROUNDS = 41;
const PACKETS_PER_ROUND = 8_000;
/** As many different packets, so that nothing can be remembered from one to the next. */
const VARIANTS = 16;
/** As many packets in one turn of `encodeInto`. */
const TURN = 50;
const VERSION = 5;
/** How much faster than mqtt-packet the codec wants to be. */
const TARGET = 4;

const SOURCE = fileURLToPath(new URL('../packages/codec/src/index.ts', import.meta.url));

/** @returns {Promise<typeof import('@mqtide/codec')>} */
async function bundleCodec() {
  const folder = await mkdtemp(join(tmpdir(), 'mqtide-bench-'));
  const file = join(folder, 'codec.mjs');
  try {
    const bundle = await rolldown({ input: SOURCE, platform: 'neutral' });
    await bundle.write({ file, format: 'esm', minify: true });
    await bundle.close();
    return await import(pathToFileURL(file).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const utf8 = new TextEncoder();

/** @param {number} index */
function publish(index) {
  return {
    type: 'publish',
    topic: `plants/p${100 + index}/temperature`,
    payload: new Uint8Array(64).fill(0x61 + index),
    qos: 1,
    retain: false,
    duplicate: false,
    packetId: 1000 + index,
  };
}

/** @param {number} index */
function publishWithProperties(index) {
  return {
    ...publish(index),
    properties: {
      payloadFormatIndicator: true,
      messageExpiryInterval: 3600 + index,
      contentType: 'application/json',
      responseTopic: `plants/p${100 + index}/responses`,
      correlationData: utf8.encode(`correlation-${1000 + index}`),
      userProperties: [
        ['trace', `0af7651916cd43dd${1000 + index}`],
        ['source', `sensor-${100 + index}`],
      ],
    },
  };
}

/** The same packet in the words of mqtt-packet. */
function theirs({ topic, payload, packetId, properties }) {
  const packet = {
    cmd: 'publish',
    topic,
    payload: Buffer.from(payload),
    qos: 1,
    retain: false,
    dup: false,
    messageId: packetId,
  };
  if (properties === undefined) return packet;
  const correlationData = Buffer.from(properties.correlationData);
  const userProperties = Object.fromEntries(properties.userProperties);
  return { ...packet, properties: { ...properties, correlationData, userProperties } };
}

/** Calls a function with one of the variants after the other; gives nanoseconds for one call. */
function time(variants, call) {
  let sum = 0;
  const begin = process.hrtime.bigint();
  for (let count = 0; count < PACKETS_PER_ROUND; count++) sum += call(variants[count % VARIANTS]);
  const nanoseconds = Number(process.hrtime.bigint() - begin);
  if (!(sum > 0)) throw new Error('nothing was done');
  return nanoseconds / PACKETS_PER_ROUND;
}

/** What is measured: for each, a function that does one round of ours and one that does the same of theirs. */
function measurements({ Decoder, Writer, encode, encodeInto }) {
  const options = { protocolVersion: VERSION };
  return [
    { name: '64 bytes', make: publish },
    { name: '64 bytes and six properties', make: publishWithProperties },
  ].flatMap(({ name, make }) => {
    const packets = Array.from({ length: VARIANTS }, (_, index) => make(index));
    const packetsOfTheirs = packets.map(theirs);
    const encoded = packets.map((packet) => encode(packet, VERSION).slice());
    const encodedByThem = packetsOfTheirs.map((packet) => mqttPacket.generate(packet, options));
    encoded.forEach((bytes, index) => {
      if (Buffer.compare(bytes, encodedByThem[index]) !== 0) throw new Error(`${name}: the two do not write the same`);
    });

    const writer = new Writer();
    let inTurn = 0;
    const intoWriter = (packet) => {
      if (++inTurn % TURN === 0) writer.clear();
      encodeInto(writer, packet, VERSION);
      return writer.length;
    };
    const decoder = new Decoder({ version: VERSION, sender: 'server' });
    const parser = mqttPacket.parser(options);
    let payloadBytes = 0;
    parser.on('packet', ({ payload }) => {
      payloadBytes = payload.length;
    });
    const parse = (bytes) => {
      parser.parse(bytes);
      return payloadBytes;
    };
    const generate = () => time(packetsOfTheirs, (packet) => mqttPacket.generate(packet, options).length);
    return [
      [`encode ${name}`, () => time(packets, (packet) => encode(packet, VERSION).length), generate],
      [`encodeInto ${name}`, () => time(packets, intoWriter), generate],
      [
        `decode ${name}`,
        () => time(encoded, (bytes) => decoder.push(bytes)[0].payload.length),
        () => time(encodedByThem, parse),
      ],
    ];
  });
}

/**
 * Measures; one row for each measurement, in nanoseconds for one packet.
 *
 * @returns {Promise<{ measurement: string, 'mqtide, ns': number, 'mqtt-packet, ns': number, ratio: number, target: string }[]>}
 */
export async function run() {
  const all = measurements(await bundleCodec()).map(([measurement, ours, theirs_]) => ({
    measurement,
    contestants: [
      { run: ours, times: [] },
      { run: theirs_, times: [] },
    ],
  }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { contestants } of all) {
      // Each begins every other round.
      for (const contestant of round % 2 === 0 ? contestants : contestants.toReversed()) {
        contestant.times.push(contestant.run());
      }
    }
  }
  return all.map(({ measurement, contestants }) => {
    const [ours, theirs_] = contestants.map(({ times }) => median(times));
    const ratio = theirs_ / ours;
    const target = ratio >= TARGET ? `≥ ${TARGET} met` : `≥ ${TARGET} missed`;
    return { measurement, 'mqtide, ns': ours, 'mqtt-packet, ns': theirs_, ratio, target };
  });
}

if (argv[1] === fileURLToPath(import.meta.url)) console.log(codecTable(await run()));
