import { describe, expect, it } from 'vitest';
import { ServiceClock } from './clock.ts';
import { type AwsCredentialProvider, type AwsCredentials, CredentialSource } from './credentials.ts';

const MINUTE = 60_000;
const plain = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };
const calm = { signal: new AbortController().signal, suspect: false };

/** A provider whose answers the test gives, on a clock of the test. */
function setUp(provider?: AwsCredentialProvider) {
  const time = { now: 1_000_000_000_000 };
  let asked = 0;
  const temporary = (minutes: number): AwsCredentials => ({
    ...plain,
    sessionToken: `token ${asked}`,
    expiration: new Date(time.now + minutes * MINUTE),
  });
  const source = new CredentialSource(
    () => {
      asked += 1;
      return provider === undefined ? temporary(60) : provider();
    },
    new ServiceClock({ clock: () => time.now }),
  );
  return { time, source, temporary, asked: () => asked };
}

describe('credentials', () => {
  it('that do not end are asked for once', async () => {
    const { source, asked, time } = setUp(() => plain);
    await source.get(calm);
    time.now += 1_000 * MINUTE;
    expect(await source.get(calm)).toBe(plain);
    expect(asked()).toBe(1);
  });

  it.each([null, '', 'soon', new Date(Number.NaN)])('that end at %o do not end', async (expiration) => {
    const { source, asked, time } = setUp(() => ({ ...plain, expiration }));
    await source.get(calm);
    time.now += 1_000 * MINUTE;
    await source.get(calm);
    expect(asked()).toBe(1);
  });

  it('may be plain, and their end may be text', async () => {
    const { time } = setUp();
    const clock = new ServiceClock({ clock: () => time.now });
    expect(await new CredentialSource(plain, clock).get(calm)).toBe(plain);
    const ended = { ...plain, expiration: new Date(time.now - 1).toISOString() };
    await expect(new CredentialSource(ended, clock).get(calm)).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' });
  });

  it('are refreshed when less than five minutes are left', async () => {
    const { source, asked, time } = setUp();
    const first = await source.get(calm);
    time.now += 54 * MINUTE;
    expect(await source.get(calm)).toBe(first);
    time.now += 2 * MINUTE;
    expect((await source.get(calm)).sessionToken).toBe('token 2');
    expect(asked()).toBe(2);
  });

  it('are refreshed once for all who ask meanwhile', async () => {
    let give: (credentials: AwsCredentials) => void = () => {};
    const { source, asked } = setUp(() => new Promise((resolve) => (give = resolve)));
    const all = Promise.all([source.get(calm), source.get(calm), source.get({ ...calm, suspect: true })]);
    await Promise.resolve();
    give(plain);
    expect(await all).toEqual([plain, plain, plain]);
    expect(asked()).toBe(1);
  });

  it('that still last are used when the refresh fails', async () => {
    let fails = false;
    const made = setUp(() => {
      if (fails) throw new Error('offline');
      return made.temporary(60);
    });
    const first = await made.source.get(calm);
    fails = true;
    made.time.now += 57 * MINUTE;
    expect(await made.source.get(calm)).toBe(first);
    made.time.now += 4 * MINUTE;
    await expect(made.source.get(calm)).rejects.toMatchObject({ code: 'CREDENTIALS_FAILED' });
    fails = false;
    expect((await made.source.get(calm)).sessionToken).toBe('token 4');
  });

  it('of a refused attempt are asked for again, but not again and again', async () => {
    const { source, asked, time } = setUp();
    await source.get(calm);
    await source.get({ ...calm, suspect: true });
    expect(asked()).toBe(1);
    time.now += 2 * MINUTE;
    await source.get({ ...calm, suspect: true });
    await source.get({ ...calm, suspect: true });
    expect(asked()).toBe(2);
  });

  it('that live shorter than five minutes are asked for by every attempt', async () => {
    const made = setUp(() => made.temporary(1));
    await made.source.get(calm);
    await made.source.get(calm);
    expect(made.asked()).toBe(2);
  });

  it.each([
    ['nothing', undefined],
    ['no key', { accessKeyId: '', secretAccessKey: 'x' }],
    ['the names of another API', { AccessKeyId: 'x', SecretKey: 'y' }],
  ])('are none: %s', async (_, garbage) => {
    const { source } = setUp(() => garbage as never);
    await expect(source.get(calm)).rejects.toMatchObject({ name: 'AwsError', code: 'CREDENTIALS_INVALID' });
  });

  it('fail with the cause, and no word of it in the message', async () => {
    const cause = new Error('the token SENTINEL is over');
    for (const provider of [
      () => Promise.reject(cause),
      () => {
        throw cause;
      },
    ]) {
      const error: unknown = await setUp(provider)
        .source.get(calm)
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'CREDENTIALS_FAILED', cause, hint: 'See `cause`.' });
      expect(String(error)).not.toContain('SENTINEL');
    }
  });

  it('of a provider that hangs are given up with the attempt, and the next attempt asks anew', async () => {
    let hangs = true;
    const { source, asked } = setUp(() => (hangs ? new Promise(() => {}) : plain));
    const attempt = new AbortController();
    const waiting = source.get({ signal: attempt.signal, suspect: false });
    attempt.abort(new Error('too late'));
    await expect(waiting).rejects.toThrow('too late');
    hangs = false;
    expect(await source.get(calm)).toBe(plain);
    expect(asked()).toBe(2);
  });

  it('that come after the attempt was given up serve the next one', async () => {
    let give: (credentials: AwsCredentials) => void = () => {};
    const { source, asked } = setUp(() => new Promise((resolve) => (give = resolve)));
    const attempt = new AbortController();
    const waiting = source.get({ signal: attempt.signal, suspect: false });
    await Promise.resolve();
    attempt.abort();
    await waiting.catch(() => {});
    give(plain);
    await Promise.resolve();
    await Promise.resolve();
    expect(await source.get(calm)).toBe(plain);
    expect(asked()).toBe(1);
  });

  it('are not waited for by an attempt that is over already', async () => {
    const over = AbortSignal.abort(new Error('over'));
    await expect(setUp(() => new Promise(() => {})).source.get({ signal: over, suspect: false })).rejects.toThrow(
      'over',
    );
  });
});
