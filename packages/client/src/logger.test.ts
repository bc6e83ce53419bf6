import { describe, expect, it } from 'vitest';
import type { Logger } from './logger.ts';
import { reconnected, setUp } from './testing/set-up.test-helpers.ts';

type Line = readonly [level: keyof Logger, message: string, details: object];

function recorder(): { readonly lines: Line[]; readonly logger: Logger } {
  const lines: Line[] = [];
  const level =
    (name: keyof Logger) =>
    (message: string, details: object): void =>
      void lines.push([name, message, details]);
  return {
    lines,
    logger: { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') },
  };
}

describe('a logger', () => {
  it('is told the life of a connection, each step with its level', async () => {
    const { lines, logger } = recorder();
    const made = setUp({
      logger,
      url: 'wss://user:SENTINEL@broker.test/mqtt?sig=SENTINEL',
      reconnect: { jitter: 'none' },
    });
    void made.client.start();
    const server = await made.broker.nextConnection();
    await server.acceptClient();
    await made.clock.settle();
    server.close();
    const again = await reconnected(made);
    again.send({ type: 'disconnect', reasonCode: 0x8e });
    await made.clock.settle();
    await made.client.stop();
    expect(lines.map(([name, message]) => `${name} ${message}`)).toEqual([
      'debug mqtide: connecting',
      'info mqtide: connected',
      expect.stringContaining('warn mqtide: The connection was lost'),
      'debug mqtide: connecting',
      'info mqtide: connected',
      expect.stringContaining('error mqtide: Another client connected'),
      'info mqtide: stopped',
    ]);
    expect(lines[0]?.[2]).toEqual({ attempt: 1, url: 'wss://broker.test/mqtt' });
    expect(lines[2]?.[2]).toMatchObject({ event: 'disconnection', code: 'SOCKET_CLOSED', willRetryInMs: 1_000 });
    expect(lines[5]?.[2]).toMatchObject({ code: 'SESSION_TAKEN_OVER', reasonCode: 0x8e });
    expect(JSON.stringify(lines)).not.toContain('SENTINEL');
  });

  it('that throws is reported, and hurts nobody', async () => {
    const fail = (): never => {
      throw new Error('disk full');
    };
    const made = setUp({ logger: { debug: fail, info: fail, warn: fail, error: fail } });
    const started = made.client.start();
    await (await made.broker.nextConnection()).acceptClient();
    await expect(started).resolves.toMatchObject({ protocolVersion: 5 });
    expect(made.unhandled).toHaveLength(2);
    await made.client.stop();
  });

  it('may be the console', () => {
    expect(() => setUp({ logger: console })).not.toThrow();
  });
});
