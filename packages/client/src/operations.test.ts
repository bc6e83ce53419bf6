import { describe, expect, it } from 'vitest';
import { begin, expectSettled, KINDS } from './testing/operation-kinds.test-helpers.ts';
import { connected, reconnected, setUp, watch } from './testing/set-up.test-helpers.ts';

describe.each(Object.entries(KINDS))('%s settles once:', (_, kind) => {
  it('success', async () => {
    const { server, ...made } = await connected();
    const begun = begin(made, kind);
    await kind.answer(server);
    await expectSettled(begun, 'resolved');
  });

  it('refusal', async () => {
    const { server, ...made } = await connected();
    const begun = begin(made, kind);
    await kind.answer(server, 0x97);
    await expectSettled(begun, 'rejected');
    expect(begun.outcome.error).toMatchObject({
      code: kind.refusal,
      reasonCode: 0x97,
      reasonName: 'Quota exceeded',
      packet: { type: expect.stringMatching(/^(puback|pubrec|suback)$/) },
    });
  });

  it('a signal that is aborted already: nothing is sent', async () => {
    const { server, ...made } = await connected();
    const reason = new Error('mine');
    const begun = begin(made, kind, { signal: AbortSignal.abort(reason) });
    await server.expectNothing();
    await expectSettled(begun, 'rejected');
    expect(begun.outcome.error).toBe(reason);
  });

  it.each(['before the first connection', 'between connections'])('abort while it waits, %s', async (when) => {
    const controller = new AbortController();
    const made = setUp();
    void made.client.start();
    if (when === 'between connections') {
      const server = await made.broker.nextConnection();
      await server.acceptClient();
      await made.clock.settle();
      server.close();
      await made.clock.settle();
    }
    const begun = begin(made, kind, { signal: controller.signal });
    controller.abort('mine');
    if (when === 'between connections') await made.clock.advanceToNextWake();
    const server = await made.broker.nextConnection();
    await server.acceptClient();
    await server.expectNothing();
    expect(begun.outcome.error).toBe('mine');
    await expectSettled(begun, 'rejected');
  });

  it('abort after it was sent: a late answer changes nothing', async () => {
    const { server, ...made } = await connected();
    const controller = new AbortController();
    const begun = begin(made, kind, { signal: controller.signal });
    await made.clock.settle();
    controller.abort('mine');
    await made.clock.settle();
    expect(begun.outcome.error).toBe('mine');
    await kind.answer(server);
    await expectSettled(begun, 'rejected');
  });

  it('abort after the answer changes nothing', async () => {
    const { server, ...made } = await connected();
    const controller = new AbortController();
    const begun = begin(made, kind, { signal: controller.signal });
    await kind.answer(server);
    await made.clock.settle();
    controller.abort('mine');
    await expectSettled(begun, 'resolved');
  });

  it('`timeoutMs` while it waits for a connection', async () => {
    const made = setUp();
    void made.client.start();
    const begun = begin(made, kind, { timeoutMs: 500 });
    await made.clock.advance(499);
    expect(begun.outcome.status).toBe('pending');
    await made.clock.advance(1);
    expect(begun.outcome.code).toBe('ACK_TIMEOUT');
    await expectSettled(begun, 'rejected');
  });

  it('`timeoutMs` after it was sent, and a late answer', async () => {
    const { server, ...made } = await connected();
    const begun = begin(made, kind, { timeoutMs: 500 });
    await made.clock.advance(500);
    expect(begun.outcome.code).toBe('ACK_TIMEOUT');
    await kind.answer(server);
    await expectSettled(begun, 'rejected');
    expect(begun.outcome.error).toMatchObject({ retryable: true, hint: expect.any(String) });
  });

  it('`ackTimeoutMs`, from the transmission', async () => {
    const made = await connected({ ackTimeoutMs: 5_000, keepAliveSeconds: 0 });
    const begun = begin(made, kind);
    await made.clock.advance(4_999);
    expect(begun.outcome.status).toBe('pending');
    await made.clock.advance(1);
    expect(begun.outcome.code).toBe('ACK_TIMEOUT');
    await expectSettled(begun, 'rejected');
  });

  it('stop while it waits', async () => {
    const made = setUp();
    void made.client.start();
    const begun = begin(made, kind);
    await made.clock.settle();
    void made.client.stop();
    await made.clock.settle();
    expect(begun.outcome.code).toBe('STOPPED');
    await expectSettled(begun, 'rejected');
  });

  it('stop after it was sent', async () => {
    const made = await connected();
    const begun = begin(made, kind);
    await made.clock.settle();
    void made.client.stop();
    await made.clock.settle();
    expect(begun.outcome.code).toBe('STOPPED');
    await expectSettled(begun, 'rejected');
  });

  it('stop with `drainMs`: it may finish, and then the client stops at once', async () => {
    const { server, ...made } = await connected();
    const begun = begin(made, kind);
    const stopped = watch(made.client.stop({ drainMs: 5_000 }));
    await kind.answer(server);
    await made.clock.settle();
    expect([begun.outcome.status, stopped.status]).toEqual(['resolved', 'resolved']);
    await expectSettled(begun, 'resolved');
  });

  it('stop with `drainMs` that is over', async () => {
    const made = await connected();
    const begun = begin(made, kind);
    const stopped = watch(made.client.stop({ drainMs: 5_000 }));
    await made.clock.advance(4_999);
    expect([begun.outcome.status, stopped.status]).toEqual(['pending', 'pending']);
    await made.clock.advance(1);
    expect([begun.outcome.code, stopped.status]).toEqual(['STOPPED', 'resolved']);
    await expectSettled(begun, 'rejected');
  });

  it('stop with `drainMs`, and the connection is lost meanwhile', async () => {
    const { server, ...made } = await connected();
    const begun = begin(made, kind);
    const stopped = watch(made.client.stop({ drainMs: 5_000 }));
    await made.clock.settle();
    server.close();
    await made.clock.settle();
    expect([begun.outcome.code, stopped.status]).toEqual(['STOPPED', 'resolved']);
    await made.broker.expectNoConnection();
    await expectSettled(begun, 'rejected');
  });

  it('a fatal refusal of the connection it waits for', async () => {
    const made = setUp();
    const begun = begin(made, kind);
    void made.client.start();
    await (await made.broker.nextConnection()).acceptClient({ reasonCode: 0x8a });
    await made.clock.settle();
    expect(begun.outcome.code).toBe('CONNACK_REFUSED');
    await expectSettled(begun, 'rejected');
  });

  it('a fatal end of the connection it was sent on', async () => {
    const { server, ...made } = await connected();
    const begun = begin(made, kind);
    await made.clock.settle();
    server.send({ type: 'disconnect', reasonCode: 0x8e });
    await made.clock.settle();
    expect(begun.outcome.code).toBe('SESSION_TAKEN_OVER');
    await expectSettled(begun, 'rejected');
  });

  it('a lost connection: it goes on with the next one', async () => {
    const { server, ...made } = await connected();
    const begun = begin(made, kind);
    await made.clock.settle();
    server.close();
    await made.clock.settle();
    expect(begun.outcome.status).toBe('pending');
    await kind.answer(await reconnected(made, { sessionPresent: true }));
    await expectSettled(begun, 'resolved');
  });

  it('a lost connection, and no other one comes', async () => {
    const { server, ...made } = await connected({ reconnect: false });
    const begun = begin(made, kind);
    await made.clock.settle();
    server.close();
    await made.clock.settle();
    expect(begun.outcome.code).toBe('SOCKET_CLOSED');
    expect(made.client.state.status).toBe('failed');
    await expectSettled(begun, 'rejected');
  });

  it('`offlineQueue.maxAgeMs`, from the call', async () => {
    const made = setUp({ offlineQueue: { maxAgeMs: 7_000 } });
    void made.client.start();
    const begun = begin(made, kind);
    await made.clock.advance(6_999);
    expect(begun.outcome.status).toBe('pending');
    await made.clock.advance(1);
    expect(begun.outcome.code).toBe('EXPIRED');
    await expectSettled(begun, 'rejected');
  });

  it('`offlineQueue.behavior` lets nothing wait', async () => {
    const made = setUp({ offlineQueue: { behavior: 'failAllOnDisconnect' } });
    void made.client.start();
    const begun = begin(made, kind);
    await made.clock.settle();
    expect(begun.outcome).toMatchObject({ code: 'OFFLINE', error: { retryable: true, hint: expect.any(String) } });
    await expectSettled(begun, 'rejected');
  });

  it('a full queue', async () => {
    const made = setUp({ offlineQueue: { maxOperations: 0 } });
    void made.client.start();
    const begun = begin(made, kind);
    await made.clock.settle();
    expect(begun.outcome).toMatchObject({ code: 'QUEUE_FULL', error: { retryable: true, hint: expect.any(String) } });
    await expectSettled(begun, 'rejected');
  });

  it.each(['stopped', 'failed'] as const)('a client that is %s', async (status) => {
    const made = await connected();
    if (status === 'stopped') void made.client.stop();
    else made.server.send({ type: 'disconnect', reasonCode: 0x8e });
    await made.clock.settle();
    expect(made.client.state.status).toBe(status);
    const begun = begin(made, kind);
    await made.clock.settle();
    expect(begun.outcome.code).toBe(status === 'stopped' ? 'STOPPED' : 'INVALID_STATE');
    await expectSettled(begun, 'rejected');
  });
});
