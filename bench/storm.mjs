// `pnpm bench:storm`: 100,000 clients lose their server for five minutes, on a virtual clock. How many connections a
// second does it have to bear? The session is pure, so the simulation takes seconds.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';

const { values: options } = parseArgs({
  options: { clients: { type: 'string', default: '100000' }, 'outage-seconds': { type: 'string', default: '300' } },
});
const CLIENTS = Number(options.clients);
const OUTAGE_MS = Number(options['outage-seconds']) * 1_000;
/** A refused connection takes so long to be noticed, and an accepted one to be answered. */
const REFUSED_MS = 20;
const ACCEPTED_MS = 20;

/** The fixed second makes 300 attempts for each client: a hundredth of them is simulated, and counted a hundred times. */
const POLICIES = [
  { name: 'mqtide: full jitter, 1 s to 120 s', reconnect: {}, scale: 1 },
  {
    name: 'a fixed second',
    reconnect: { minDelayMs: 1_000, maxDelayMs: 1_000, jitter: 'none' },
    scale: 100,
  },
];

/** What happens when, by the millisecond. */
class Calendar {
  #days = new Map();
  #last = 0;

  add(time, job) {
    const slot = Math.ceil(time);
    const jobs = this.#days.get(slot);
    if (jobs === undefined) this.#days.set(slot, [job]);
    else jobs.push(job);
    this.#last = Math.max(this.#last, slot);
  }

  run() {
    for (let slot = 0; slot <= this.#last; slot++) {
      for (const job of this.#days.get(slot) ?? []) job(slot);
      this.#days.delete(slot);
    }
  }
}

const { Session, resolveOptions } = await fromSource('packages/client/src/internal.ts');

console.log(`${CLIENTS.toLocaleString('en')} clients, server away for ${OUTAGE_MS / 1_000} s\n`);
row('connection attempts per second', 'peak, away', 'peak, back', 'attempts', 'all back after');
for (const { name, reconnect, scale } of POLICIES) {
  const { peakAway, peakBack, attempts, allBackMs } = storm(reconnect, CLIENTS / scale);
  row(name, peakAway * scale, peakBack * scale, attempts * scale, `${((allBackMs - OUTAGE_MS) / 1_000).toFixed(1)} s`);
}

/**
 * @param {object} reconnect
 * @param {number} clients
 */
function storm(reconnect, clients) {
  const config = resolveOptions({ url: 'wss://broker.example/', reconnect, keepAliveSeconds: 0 });
  const calendar = new Calendar();
  const random = generator(1);
  const perSecond = new Map();
  let allBackMs = 0;

  const tell = (session, now, event) => {
    for (const action of session.handle({ ...event, now })) if (action.do === 'dial') dial(session, now);
    const deadline = session.nextDeadline();
    if (session.status === 'waiting' && deadline < Infinity)
      calendar.add(Math.max(deadline, now + 1), (time) => tell(session, time, { type: 'tick', random: random() }));
  };
  const dial = (session, now) => {
    perSecond.set(Math.floor(now / 1_000), (perSecond.get(Math.floor(now / 1_000)) ?? 0) + 1);
    if (now < OUTAGE_MS) calendar.add(now + REFUSED_MS, (time) => lose(session, time));
    else calendar.add(now + ACCEPTED_MS, (time) => accept(session, time));
  };
  const accept = (session, now) => {
    connect(session, now);
    if (session.status !== 'connected') throw new Error(`a client is ${session.status}`);
    allBackMs = Math.max(allBackMs, now);
  };
  const lose = (session, now) => tell(session, now, { type: 'closed', code: 1006, reason: '', random: random() });

  for (let client = 0; client < clients; client++) {
    const session = new Session(config);
    // Connected for a minute, so that the backoff begins anew. The loss is noticed within a second.
    session.handle({ type: 'start', now: -60_000 });
    connect(session, -60_000);
    calendar.add(random() * 1_000, (time) => lose(session, time));
  }
  calendar.run();

  const seconds = [...perSecond];
  const peak = (some) => some.reduce((highest, [, count]) => Math.max(highest, count), 0);
  return {
    peakAway: peak(seconds.filter(([second]) => second * 1_000 < OUTAGE_MS)),
    peakBack: peak(seconds.filter(([second]) => second * 1_000 >= OUTAGE_MS)),
    attempts: seconds.reduce((sum, [, count]) => sum + count, 0),
    allBackMs,
  };
}

function connect(session, now) {
  session.handle({ type: 'opened', credentials: {}, now });
  const packet = { type: 'connack', sessionPresent: false, reasonCode: 0 };
  session.handle({ type: 'received', packet, random: 0, now });
}

/** Numbers from 0 to 1, the same in every run: mulberry32. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function row(name, ...columns) {
  const cells = columns.map((value) => value.toLocaleString('en').padStart(16));
  console.log(`${name.padEnd(36)}${cells.join('')}`);
}

/** Bundles a module from source, so that a stale build is never measured. */
async function fromSource(input) {
  const folder = await mkdtemp(join(tmpdir(), 'mqtide-storm-'));
  try {
    const build = await rolldown({ input, resolve: { conditionNames: ['@mqtide/source', 'import', 'default'] } });
    await build.write({ dir: folder, entryFileNames: 'module.mjs' });
    await build.close();
    return await import(pathToFileURL(join(folder, 'module.mjs')).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}
