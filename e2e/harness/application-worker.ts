import { createClient } from '@mqtide/client';

interface Task {
  readonly url: string;
  readonly topic: string;
}

async function run({ url, topic }: Task): Promise<object> {
  const client = createClient({ url });
  const { protocolVersion } = await client.start();
  const messages = await client.subscribe(topic, { qos: 2 });
  const results = [];
  for (const qos of [0, 1, 2] as const) {
    await client.publish(topic, `${qos}`, { qos });
    const { value: message } = await messages[Symbol.asyncIterator]().next();
    results.push(message.text());
  }
  const { reconnectCount } = client.statistics();
  await client.stop();
  return { scope: globalThis.constructor.name, protocolVersion, results, reconnectCount, status: client.state.status };
}

interface Asked extends Event {
  readonly data: Task;
}

function answer(port: Pick<MessagePort, 'postMessage'>, { data }: Asked): void {
  void run(data).then(
    (result) => port.postMessage(result),
    (error: unknown) => port.postMessage(String(error)),
  );
}

globalThis.addEventListener('message', (event) => answer(globalThis as unknown as MessagePort, event as Asked));
globalThis.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port !== undefined) port.onmessage = (asked) => answer(port, asked as Asked);
});
