import type { Page } from '@playwright/test';
import { expect, test } from './fixtures/index.ts';

/** CONNECT, MQTT 5.0, Clean Start, keep alive 30 s, no properties, client identifier `a`. */
const CONNECT = [0x10, 14, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 30, 0, 0, 1, 0x61];
const CONNACK = 0x20;

test('a page reaches the broker: a raw CONNECT is answered by a CONNACK', async ({ page, broker }) => {
  const [type, , , reasonCode] = await firstFrame(page, broker.url);
  expect(type).toBe(CONNACK);
  expect(reasonCode).toBe(0);
});

test('a broker of one test can be killed and restarted on its port', async ({ page, brokerWith }) => {
  const broker = await brokerWith({ persistence: true });
  await broker.kill();
  await expect(firstFrame(page, broker.url)).rejects.toThrow('socket error');
  await broker.restart();
  expect((await firstFrame(page, broker.url))[0]).toBe(CONNACK);
});

test('a silent server answers with the bytes it was given', async ({ page, silentServer }) => {
  const server = await silentServer({ answers: [Uint8Array.of(0xde, 0xad)] });
  expect(await firstFrame(page, server.url)).toEqual([0xde, 0xad]);
  expect(server.received).toEqual([Uint8Array.from(CONNECT)]);
});

test('a network can be cut and restored', async ({ page, broker, networkTo }) => {
  const network = await networkTo(broker.url);
  expect((await firstFrame(page, network.url))[0]).toBe(CONNACK);
  network.cut();
  await expect(firstFrame(page, network.url)).rejects.toThrow('socket error');
  network.restore();
  expect((await firstFrame(page, network.url))[0]).toBe(CONNACK);
});

for (const harness of ['/', '/module.html', '/global.html']) {
  test.describe(`the harness page ${harness}`, () => {
    test.use({ harness });

    test('has mqtide.createClient on its window', async ({ page }) => {
      expect(await page.evaluate(() => typeof mqtide.createClient)).toBe('function');
    });
  });
}

/** Opens a WebSocket in the page, sends CONNECT and resolves with the bytes of the first frame that comes back. */
function firstFrame(page: Page, url: string): Promise<number[]> {
  return page.evaluate(
    ([url, connect]) =>
      new Promise<number[]>((resolve, reject) => {
        const socket = new WebSocket(url, 'mqtt');
        socket.binaryType = 'arraybuffer';
        socket.addEventListener('open', () => socket.send(Uint8Array.from(connect)));
        socket.addEventListener('error', () => reject(new Error('socket error')));
        socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
          resolve([...new Uint8Array(data)]);
          socket.close();
        });
      }),
    [url, CONNECT] as const,
  );
}
