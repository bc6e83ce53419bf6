import { expect, test } from './fixtures/index.ts';

test.use({ harness: '/workers.html' });

const SENTINEL = 'SENTINEL-4f1c';

/** What a client that meets these servers, one after the other, tells in any way: events, errors, states, log, bytes. */
const everythingSaid = async ({
  urls,
  sentinel,
  kind,
}: {
  urls: readonly string[];
  sentinel: string;
  kind: 'page' | 'worker';
}): Promise<{ told: number; leaks: string[]; codes: string[] }> => {
  let told = 0;
  const leaks: string[] = [];
  const codes: string[] = [];
  const seen = new WeakSet();
  const look = (value: unknown, path: string): void => {
    told += 1;
    if (typeof value === 'string' && value.includes(sentinel)) leaks.push(`${path}: ${value}`);
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Uint8Array) {
      look(new TextDecoder().decode(value), path);
      return;
    }
    if (value instanceof Error) look(`${value.toString()} ${value.stack ?? ''}`, path);
    for (const name of Object.getOwnPropertyNames(value))
      look((value as Record<string, unknown>)[name], `${path}.${name}`);
  };
  const logged =
    (level: string) =>
    (...said: readonly unknown[]): void =>
      look(said, `log ${level}`);
  for (const url of urls) {
    const options = {
      url: () => `${url}?X-Amz-Signature=${sentinel}&token=${sentinel}#${sentinel}`,
      credentials: async () => ({ username: `user?signature=${sentinel}`, password: sentinel }),
      keepAliveSeconds: 1,
      pingTimeoutMs: 300,
      connectTimeoutMs: 800,
      reconnect: { minDelayMs: 50, maxDelayMs: 100 },
      logger: { debug: logged('debug'), info: logged('info'), warn: logged('warn'), error: logged('error') },
      onUnhandledError: (error: unknown) => look(error, 'unhandled'),
    };
    const client =
      kind === 'page' ? mqtide.createClient(options) : workers.createWorkerClient(workers.clientWorker(), options);
    for (const name of ['attemptingConnect', 'connectionSuccess', 'stopped', 'packet', 'warning'] as const)
      client.on(name, (event) => look(event, name));
    const failed = new Promise<void>((resolve) => {
      for (const name of ['connectionFailure', 'disconnection'] as const)
        client.on(name, (event) => {
          look(event, name);
          look(client.state, 'state');
          codes.push(event.error.code);
          resolve();
        });
    });
    const operations = [client.start(), client.publish('a', 'x', { qos: 1 }), client.subscribe('a')].map((operation) =>
      operation.then(
        (result: unknown) => look(result, 'result'),
        (error: unknown) => look(error, 'rejection'),
      ),
    );
    await failed;
    look(client.statistics(), 'statistics');
    await client.stop();
    await Promise.all(operations);
    look(JSON.stringify(client), 'json');
  }
  return { told, leaks, codes: [...new Set(codes)] };
};

for (const kind of ['page', 'worker'] as const) {
  test(`no password, token or signed query is told by a client in a ${kind}, whatever goes wrong`, async ({
    page,
    brokerWith,
    silentServer,
    networkTo,
  }) => {
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    const strict = await brokerWith({ anonymous: false });
    const open = await brokerWith({ lines: ['max_keepalive 10'] });
    const network = await networkTo(open.url);
    const cutting = setInterval(() => {
      network.cut();
      network.restore();
    }, 700);
    const servers = [
      strict.url,
      network.url,
      (await silentServer()).url,
      (await silentServer({ subprotocol: false })).url,
      (await silentServer({ answers: [new Uint8Array([0xff, 0xff, 0xff, 0xff, 0xff])] })).url,
      'ws://127.0.0.1:1/mqtt',
    ];
    const { told, leaks, codes } = await page.evaluate(everythingSaid, { urls: servers, sentinel: SENTINEL, kind });
    clearInterval(cutting);
    expect(leaks).toEqual([]);
    expect(told).toBeGreaterThan(200);
    expect(codes.sort()).toEqual(
      expect.arrayContaining(['CONNACK_REFUSED', 'CONNECT_TIMEOUT', 'MALFORMED_PACKET', 'SOCKET_OPEN_FAILED']),
    );
    // The engine itself names the URL that it could not open.
    const ours = said.filter((line) => !/WebSocket|connection to the server at|establish/i.test(line));
    expect(ours.filter((line) => line.includes(SENTINEL))).toEqual([]);
  });
}
