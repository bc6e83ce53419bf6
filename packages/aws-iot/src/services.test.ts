import { beforeEach, describe, expect, it } from 'vitest';
import { createCommands } from './commands/commands.ts';
import { createJobs } from './jobs/jobs.ts';
import { toDate } from './json.ts';
import { createFleetProvisioning } from './provisioning/provisioning.ts';
import { createShadow } from './shadow/shadow.ts';
import { errorOf, FakeMessenger, settle } from './testing/fake-messenger.test-helpers.ts';

let messenger: FakeMessenger;
beforeEach(() => {
  messenger = new FakeMessenger();
});

/** Answers every request on its `accepted` topic. */
const accept = (answer: object, accepted = (topic: string) => `${topic}/accepted`): void => {
  messenger.onPublish = ({ topic, body: { clientToken } }) =>
    messenger.deliver(accepted(topic), { ...answer, clientToken });
};
const sent = () => {
  const { topic, body } = messenger.published.at(-1) ?? { topic: '', body: { clientToken: '' } };
  const { clientToken: _, ...rest } = body;
  return [topic, rest];
};
const topics = () => messenger.filters.map((filter) => filter.replace(/\/(accepted|rejected)$/, ''));

describe('the operations are those of the service', () => {
  const classic = () => createShadow(messenger, { thingName: 'lamp' });
  const named = () => createShadow(messenger, { thingName: 'lamp', shadowName: 'a$&b' });
  const jobs = () => createJobs(messenger, { thingName: 'lamp' });
  const fleet = () => createFleetProvisioning(messenger);
  const things = '$aws/things/lamp';

  it.each<[string, () => Promise<unknown>, string, object]>([
    ['shadow.get', () => classic().get(), `${things}/shadow/get`, {}],
    [
      'shadow.update',
      () => classic().update({ desired: { a: false, b: 0, c: '', d: null } }),
      `${things}/shadow/update`,
      { state: { desired: { a: false, b: 0, c: '', d: null } } },
    ],
    [
      'shadow.update, version 0',
      () => classic().update({ reported: null }, { version: 0 }),
      `${things}/shadow/update`,
      { state: { reported: null }, version: 0 },
    ],
    ['shadow.delete', () => classic().delete(), `${things}/shadow/delete`, {}],
    ['a named shadow', () => named().get(), `${things}/shadow/name/a$&b/get`, {}],
    ['jobs.getPending', () => jobs().getPending(), `${things}/jobs/get`, {}],
    [
      'jobs.startNext',
      () => jobs().startNext({ stepTimeoutInMinutes: 5 }),
      `${things}/jobs/start-next`,
      { stepTimeoutInMinutes: 5 },
    ],
    ['jobs.startNext, nothing', () => jobs().startNext(), `${things}/jobs/start-next`, {}],
    [
      'jobs.describe',
      () => jobs().describe('$next', { includeJobDocument: false, executionNumber: 0 }),
      `${things}/jobs/$next/get`,
      { includeJobDocument: false, executionNumber: 0 },
    ],
    [
      'jobs.update',
      () => jobs().update('j1', { status: 'SUCCEEDED', expectedVersion: 0 }),
      `${things}/jobs/j1/update`,
      { status: 'SUCCEEDED', expectedVersion: 0 },
    ],
    ['createKeysAndCertificate', () => fleet().createKeysAndCertificate(), '$aws/certificates/create/json', {}],
    [
      'createCertificateFromCsr',
      () => fleet().createCertificateFromCsr('PEM'),
      '$aws/certificates/create-from-csr/json',
      { certificateSigningRequest: 'PEM' },
    ],
    [
      'registerThing',
      () => fleet().registerThing('t', { certificateOwnershipToken: 'x', parameters: { serial: '' } }),
      '$aws/provisioning-templates/t/provision/json',
      { certificateOwnershipToken: 'x', parameters: { serial: '' } },
    ],
  ])('%s', async (_, call, topic, body) => {
    accept({ timestamp: 1 });
    expect(await call()).toMatchObject({ timestamp: 1 });
    expect(sent()).toEqual([topic, body]);
    expect(topics()).toEqual([topic, topic]);
  });

  it.each<[string, () => unknown, string]>([
    ['deltas', () => classic().deltas(), `${things}/shadow/update/delta`],
    ['documents', () => named().documents(), `${things}/shadow/name/a$&b/update/documents`],
    ['notifications', () => jobs().notifications(), `${things}/jobs/notify`],
    ['nextNotifications', () => jobs().nextNotifications(), `${things}/jobs/notify-next`],
  ])('%s', async (_, open, topic) => {
    open();
    await settle();
    expect(messenger.filters).toEqual([topic]);
  });

  it.each<[string, () => unknown]>([
    ['a thing', () => createShadow(messenger, { thingName: 'a/b' })],
    ['an empty shadow name', () => createShadow(messenger, { thingName: 'a', shadowName: '' })],
    ['the thing of jobs', () => createJobs(messenger, { thingName: '' })],
    ['the thing of commands', () => createCommands(messenger, { thingName: '+' })],
    ['the client of commands', () => createCommands(messenger, { clientId: '#' })],
  ])('a name that is none is refused at once: %s', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('a name that is none is refused by the request that has it', async () => {
    expect(await errorOf(jobs().describe('a/b'))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await errorOf(fleet().registerThing('', { certificateOwnershipToken: 'x' }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(messenger.log).toEqual([]);
  });
});

it('requests are not changed, frozen ones neither', async () => {
  accept({});
  const request = Object.freeze({ status: 'IN_PROGRESS' as const, statusDetails: Object.freeze({ step: '1' }) });
  await createJobs(messenger, { thingName: 'lamp' }).update('j1', request);
  expect(request).toEqual({ status: 'IN_PROGRESS', statusDetails: { step: '1' } });
});

it('a timestamp is a date in seconds, or in milliseconds where AWS has those', () => {
  expect(toDate(1_768_480_496).toISOString()).toBe('2026-01-15T12:34:56.000Z');
  expect(toDate(1_768_480_496_789).toISOString()).toBe('2026-01-15T12:34:56.789Z');
});

describe('a private key', () => {
  const SENTINEL = '-----BEGIN RSA PRIVATE KEY----- SENTINEL';

  it('is not shown by printing the answer, and is given on purpose', async () => {
    accept({ certificateId: 'id', certificatePem: 'pem', privateKey: SENTINEL, certificateOwnershipToken: 'token' });
    const keys = await createFleetProvisioning(messenger).createKeysAndCertificate();
    expect(`${JSON.stringify(keys)} ${String(keys.privateKey)} ${Object.values({ ...keys }).join()}`).not.toContain(
      'SENTINEL',
    );
    expect(JSON.stringify(keys)).toContain('"privateKey":"[private key]"');
    expect(keys.privateKey.reveal()).toBe(SENTINEL);
    expect(keys).toMatchObject({ certificateId: 'id', certificatePem: 'pem', certificateOwnershipToken: 'token' });
  });

  it('is in no error, whatever is wrong with the answer', async () => {
    messenger.onPublish = ({ topic }) => messenger.deliver(`${topic}/accepted`, `{"privateKey":"${SENTINEL}"`);
    const error = await errorOf(createFleetProvisioning(messenger).createKeysAndCertificate());
    expect(error).toMatchObject({ code: 'BAD_ANSWER' });
    expect(`${error.stack ?? ''}${JSON.stringify(error)}`).not.toContain('SENTINEL');
  });
});

describe('commands', () => {
  const PREFIX = '$aws/commands/things/lamp/executions';
  const open = () => createCommands(messenger, { thingName: 'lamp' }).incoming();

  it('are listened for on all three topics, with no wildcard at the end', async () => {
    open();
    await settle();
    expect(messenger.filters).toEqual([`${PREFIX}/+/request/json`, `${PREFIX}/+/request/cbor`, `${PREFIX}/+/request`]);
    createCommands(messenger, { clientId: 'page' }).incoming();
    expect(messenger.filters.at(-1)).toBe('$aws/commands/clients/page/executions/+/request');
  });

  it('come with what topic and properties tell, each once', async () => {
    const read = open()[Symbol.asyncIterator]();
    messenger.deliver(
      `${PREFIX}/e1/request/json`,
      { on: false },
      { contentType: 'application/json', messageExpiryInterval: 0 },
    );
    messenger.deliver(`${PREFIX}/e1/request/json`, { on: false });
    messenger.deliver(`${PREFIX}/e2/request`, 'plain');
    const first = (await read.next()).value;
    expect(first).toMatchObject({
      executionId: 'e1',
      format: 'json',
      contentType: 'application/json',
      timeoutSeconds: 0,
    });
    expect(first?.json()).toEqual({ on: false });
    const second = (await read.next()).value;
    expect(second).toMatchObject({ executionId: 'e2', format: 'other' });
    expect(second).not.toHaveProperty('timeoutSeconds');
    expect(second?.text()).toBe('plain');
  });

  it('are reported on by topic, one execution beside the other', async () => {
    const commands = createCommands(messenger, { thingName: 'lamp' });
    const first = commands.update('e1', {
      status: 'SUCCEEDED',
      result: { ok: { b: false }, text: { s: '' }, bytes: { bin: new Uint8Array([0, 255]) } },
    });
    const second = errorOf(commands.update('e2', { status: 'FAILED', statusReason: { reasonCode: 'NO_POWER' } }));
    await settle();
    expect(messenger.published.map(({ topic, body }) => [topic, body])).toEqual([
      [
        `${PREFIX}/e1/response/json`,
        { status: 'SUCCEEDED', result: { ok: { b: false }, text: { s: '' }, bytes: { bin: 'AP8=' } } },
      ],
      [`${PREFIX}/e2/response/json`, { status: 'FAILED', statusReason: { reasonCode: 'NO_POWER' } }],
    ]);
    messenger.deliver(`${PREFIX}/e2/response/rejected/json`, {
      error: 'TerminalStateReached',
      errorMessage: 'it is over',
    });
    messenger.deliver(`${PREFIX}/e1/response/accepted/json`, { executionId: 'e1' });
    expect(await first).toEqual({ executionId: 'e1' });
    expect(await second).toMatchObject({ code: 'TerminalStateReached', message: 'it is over (TerminalStateReached)' });
  });

  it.each([
    ['a reason in small letters', { statusReason: { reasonCode: 'no' } }],
    ['a reason that is too long', { statusReason: { reasonCode: 'A'.repeat(65) } }],
    ['an empty result', { result: {} }],
  ])('are not reported on with %s', async (_, more) => {
    const commands = createCommands(messenger, { thingName: 'lamp' });
    expect(await errorOf(commands.update('e1', { status: 'FAILED', ...more }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    expect(messenger.published).toEqual([]);
  });
});
