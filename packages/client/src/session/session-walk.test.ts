import { describe, expect, it } from 'vitest';
import { Walk } from './testing/walk.test-helpers.ts';

const setting = (name: string, otherwise: number): number =>
  Number((typeof process === 'undefined' ? undefined : process.env[name]) ?? otherwise);

/** `MQTIDE_WALK_EVENTS=5000000 MQTIDE_WALK_SEED=7 vitest run session-walk` walks further, and elsewhere. */
const EVENTS = setting('MQTIDE_WALK_EVENTS', 200_000);
const FIRST_SEED = setting('MQTIDE_WALK_SEED', 1);
const STEPS_PER_WALK = 800;

/** Walks once. Returns the number of events; an error says where it came to be. */
function walk(seed: number): number {
  let walked: Walk | undefined;
  let step = 0;
  try {
    walked = new Walk(seed);
    for (; step < STEPS_PER_WALK; step++) {
      walked.step();
      if (step === STEPS_PER_WALK / 2 && seed % 50 === 0) walked.useUpIdentifiers();
    }
    walked.finish();
    return walked.events;
  } catch (error) {
    throw new Error(`seed ${seed}, step ${step}, event ${walked?.events}: ${String(error)}`, { cause: error });
  }
}

describe('a random walk of a session with a server, over a wire that loses', () => {
  it(`breaks no rule, loses nothing, settles everything (${EVENTS} events, seeds from ${FIRST_SEED}) [MQTT-2.2.1-3] [MQTT-3.2.0-1] [MQTT-3.3.2-9] [MQTT-3.3.2-7] [MQTT-4.3.2-1] [MQTT-4.3.3-10] [MQTT-4.4.0-1] [MQTT-4.6.0-1] [MQTT-4.6.0-2] [MQTT-4.9.0-2] [MQTT-4.12.0-6] [MQTT-4.12.1-1] [MQTT3-4.3.3-2] [MQTT3-4.4.0-1]`, () => {
    let events = 0;
    for (let seed = FIRST_SEED; events < EVENTS; seed++) events += walk(seed);
    expect(events).toBeGreaterThanOrEqual(EVENTS);
  }, 600_000);
});
