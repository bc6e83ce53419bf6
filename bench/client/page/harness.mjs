/*
 * Drives a contestant in the page. What is timed is the same for all three:
 *
 *   publish   from the first `publish` until the broker has counted the last message and, with QoS 1 and 2, the
 *             contestant has seen the end of the last exchange
 *   receive   from the command to flood until the contestant has seen the last message
 *
 * A contestant is made by `connect(url)` and has
 *   publishTurn(count)                  publishes that many messages of QoS 0 and returns
 *   publishAll(qos, count, inFlight)    resolves when all exchanges are over
 *   receiveAll(count)                   resolves when so many messages have come; called before the flood begins
 */
import { IN_FLIGHT, PER_TURN } from '../scenarios.mjs';

/** A turn of QoS 0 begins only below this, so that the socket's buffer does not grow without bound. */
const MAX_BUFFERED_BYTES = 256 * 1024;

/** Long enough that the compilers are done, and to know how many messages a sample takes. */
const WARM_UP_MS = 400;
const SAMPLE_MS = 700;

/** @type {WebSocket[]} */
const sockets = [];

/** The harness asks every contestant's socket what it has buffered, also that of a library. */
class ObservedWebSocket extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols);
    sockets.push(this);
  }
}

/** The broker's other end. */
class Control {
  #socket;
  #waiting = new Map();

  constructor(url) {
    this.#socket = new WebSocket(url, 'mqtt');
    this.#socket.onmessage = ({ data }) => this.#waiting.get(data)?.();
  }

  opened() {
    return new Promise((resolve) => {
      this.#socket.onopen = resolve;
    });
  }

  tell(command) {
    this.#socket.send(JSON.stringify(command));
  }

  hear(word) {
    return new Promise((resolve) => this.#waiting.set(word, resolve));
  }
}

const channel = new MessageChannel();

/** Goes back to the event loop, without the four milliseconds of `setTimeout`. */
function nextTask() {
  return new Promise((resolve) => {
    channel.port1.onmessage = resolve;
    channel.port2.postMessage(undefined);
  });
}

/** @param {(url: string) => Promise<any>} connect */
export function expose(connect) {
  /** @type {any} */
  let contestant;
  /** @type {Control} */
  let control;

  async function publish({ qos }, count) {
    const counting = control.hear('counting');
    control.tell({ count });
    await counting;
    const counted = control.hear('counted');
    const begin = performance.now();
    if (qos === 0) await publishInTurns(count);
    else await contestant.publishAll(qos, count, IN_FLIGHT);
    await counted;
    return performance.now() - begin;
  }

  async function publishInTurns(count) {
    const socket = sockets[0];
    for (let left = count; left > 0; left -= PER_TURN) {
      contestant.publishTurn(Math.min(PER_TURN, left));
      await nextTask();
      while (socket.bufferedAmount > MAX_BUFFERED_BYTES) await scheduler.postTask(() => {}, { delay: 1 });
    }
  }

  async function receive({ perFrame, payloadBytes }, count) {
    const frames = Math.ceil(count / perFrame);
    const received = contestant.receiveAll(frames * perFrame);
    const flooded = control.hear('flooded');
    const begin = performance.now();
    control.tell({ flood: { frames, perFrame, payloadBytes } });
    await received;
    const elapsed = performance.now() - begin;
    await flooded;
    return elapsed;
  }

  /** What nobody awaits must not fail unseen. */
  const failed = new Promise((_, reject) => {
    globalThis.addEventListener('unhandledrejection', ({ reason }) => reject(reason));
    globalThis.addEventListener('error', ({ error }) => reject(error));
  });

  const run = (scenario, count) =>
    Promise.race([
      scenario.publish === undefined ? receive(scenario.receive, count) : publish(scenario.publish, count),
      failed,
    ]);

  globalThis.benchmark = {
    async connect(origin) {
      control = new Control(`${origin}/control`);
      await control.opened();
      globalThis.WebSocket = ObservedWebSocket;
      contestant = await connect(`${origin}/mqtt`);
    },

    /** Runs the scenario until it is warm. Returns how many messages make a sample. */
    async warmUp(scenario) {
      const begin = performance.now();
      let count = 100;
      for (;;) {
        const elapsed = await run(scenario, count);
        if (performance.now() - begin > WARM_UP_MS)
          return Math.max(100, Math.round(((count / elapsed) * SAMPLE_MS) / 100) * 100);
        if (elapsed < WARM_UP_MS / 4) count *= 2;
      }
    },

    /** @returns {Promise<number>} milliseconds */
    sample: run,
  };
}
