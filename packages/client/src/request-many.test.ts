import type { PublishPacket } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import { reply, take, type World } from './testing/requests.test-helpers.ts';
import { connected, watch, type Watched } from './testing/set-up.test-helpers.ts';
import { grant } from './testing/subscriptions.test-helpers.ts';

describe('requestMany', () => {
  async function many(
    options: Parameters<World['client']['requestMany']>[2],
  ): Promise<World & { readonly texts: string[]; readonly loop: Watched<void>; readonly request: PublishPacket }> {
    const made = await connected({ clientId: 'me', keepAliveSeconds: 0 });
    const texts: string[] = [];
    const read = async (): Promise<void> => {
      for await (const each of made.client.requestMany('svc', 'who?', options)) {
        texts.push(each.text());
        if (each.text() === 'enough') break;
      }
    };
    const loop = watch(read());
    await grant(made.server);
    return { ...made, texts, loop, request: await take(made.server) };
  }

  it('gives replies until there are `max`', async () => {
    const { texts, loop, request, server, clock } = await many({ max: 2 });
    for (const text of ['1', '2', '3']) reply(server, request, text);
    await clock.settle();
    await clock.advance(60_000);
    expect([texts, loop.status, clock.pendingWakes]).toEqual([['1', '2'], 'resolved', 0]);
  });

  it('gives replies until the time is up', async () => {
    const { texts, loop, request, server, clock } = await many({ timeoutMs: 1_000 });
    reply(server, request, '1');
    await clock.advance(999);
    reply(server, request, '2');
    await clock.settle();
    expect(loop.status).toBe('pending');
    await clock.advance(1);
    reply(server, request, '3');
    await clock.settle();
    expect([texts, loop.status]).toEqual([['1', '2'], 'resolved']);
  });

  it('ends with `break`, and leaves nothing behind', async () => {
    const { texts, loop, request, server, clock } = await many({});
    for (const text of ['1', 'enough', '3']) reply(server, request, text);
    await clock.settle();
    expect([texts, loop.status]).toEqual([['1', 'enough'], 'resolved']);
    await clock.advance(60_000);
    expect(clock.pendingWakes).toBe(0);
  });

  it('throws what ended it', async () => {
    const controller = new AbortController();
    const { texts, loop, request, server, clock } = await many({ signal: controller.signal });
    reply(server, request, '1');
    await clock.settle();
    controller.abort('mine');
    await clock.settle();
    expect([texts, loop.error]).toEqual([['1'], 'mine']);
  });
});
