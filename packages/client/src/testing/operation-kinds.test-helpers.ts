import type { ScriptedConnection } from '@mqtide/testkit';
import { expect } from 'vitest';
import type { Client } from '../client.ts';
import type { OperationOptions } from '../operations.ts';
import { type SetUp, watch, type Watched } from './set-up.test-helpers.ts';

/** A kind of operation. */
export interface Kind {
  begin(client: Client, options?: OperationOptions): Promise<unknown>;
  /** Takes what was sent and answers it, with success or with a refusal. */
  answer(server: ScriptedConnection, reasonCode?: number): Promise<void>;
  readonly refusal: string;
}

export const KINDS: Readonly<Record<string, Kind>> = {
  'publish QoS 1': {
    begin: (client, options) => client.publish('a', 'x', { qos: 1, ...options }),
    async answer(server, reasonCode = 0) {
      const { packetId = 0 } = await server.expectPacket('publish', { qos: 1 });
      server.send({ type: 'puback', packetId, reasonCode });
    },
    refusal: 'PUBLISH_REFUSED',
  },
  'publish QoS 2': {
    begin: (client, options) => client.publish('a', 'x', { qos: 2, ...options }),
    async answer(server, reasonCode = 0) {
      const { packetId = 0 } = await server.expectPacket('publish', { qos: 2 });
      server.send({ type: 'pubrec', packetId, reasonCode });
      if (reasonCode >= 0x80) return;
      await server.expectPacket('pubrel', { packetId });
      server.send({ type: 'pubcomp', packetId, reasonCode: 0 });
    },
    refusal: 'PUBLISH_REFUSED',
  },
  subscribe: {
    begin: (client, options) => client.subscribe('a', options),
    async answer(server, reasonCode = 0) {
      const { packetId } = await server.expectPacket('subscribe');
      server.send({ type: 'suback', packetId, reasonCodes: [reasonCode] });
    },
    refusal: 'SUBSCRIBE_REFUSED',
  },
};

/** One operation, watched, and a world to end it in. */
export interface Begun extends SetUp {
  readonly outcome: Watched<unknown>;
}

/** Begins an operation. */
export function begin(made: SetUp, kind: Kind, options?: OperationOptions): Begun {
  return { ...made, outcome: watch(kind.begin(made.client, options)) };
}

/** Whatever comes later, the outcome stays as it is, and in the end nothing waits. */
export async function expectSettled({ outcome, clock, client }: Begun, status: 'resolved' | 'rejected'): Promise<void> {
  await clock.settle();
  expect(outcome.status).toBe(status);
  const { value, error } = outcome;
  const stopped = watch(client.stop());
  await clock.advance(600_000);
  expect(outcome).toMatchObject({
    status,
    ...(value !== undefined && { value }),
    ...(error !== undefined && { error }),
  });
  expect(stopped.status).toBe('resolved');
  expect(clock.pendingWakes).toBe(0);
}
