import { encode, type Packet } from '@mqtide/codec';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures/index.ts';

/** What a broker that accepts everybody answers a CONNECT with. */
const CONNACK = encode({ type: 'connack', sessionPresent: false, reasonCode: 0 }, 5);
const PASSWORD = 'sentinel-password';

/** The dashboard as people see it: by its labels, and by what it says. */
function on(page: Page) {
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  return {
    button,
    url: page.getByLabel('Broker address'),
    username: page.getByLabel('User name'),
    password: page.getByLabel('Password'),
    filter: page.getByLabel('Topic filter'),
    topic: page.getByLabel('Topic', { exact: true }),
    payload: page.getByLabel('Payload'),
    status: page.locator('#status'),
    announced: page.getByRole('status'),
    problem: page.locator('#connection-problem'),
    subscriptions: page.getByRole('list', { name: 'Subscriptions' }),
    outcomes: page.getByRole('list', { name: 'Latest publishes' }),
    messages: page.getByRole('list', { name: 'Messages, newest first' }).getByRole('listitem'),
    count: page.locator('#messages-count'),

    async open(url: string): Promise<void> {
      await page.goto(`/dashboard/?url=${encodeURIComponent(url)}`);
    },
    async connect(url: string): Promise<void> {
      await this.open(url);
      await button('Connect').click();
      await expect(this.status).toHaveText('Connected');
    },
    async subscribe(filter: string): Promise<void> {
      await this.filter.fill(filter);
      await button('Subscribe').click();
      await expect(this.subscriptions.getByText('QoS 1 granted')).toBeVisible();
    },
    async publish(topic: string, payload: string): Promise<void> {
      await this.topic.fill(topic);
      await this.payload.fill(payload);
      await button('Publish').click();
    },
  };
}

test('connects, subscribes, publishes and shows the message', async ({ page, broker, topic }) => {
  const dashboard = on(page);
  await dashboard.connect(broker.url);
  await expect(page.getByText('MQTT 5.0 as')).toBeVisible();
  await dashboard.subscribe(`${topic}/#`);

  await dashboard.publish(`${topic}/plant`, '{"moisture":0.420,"id":12345678901234567890}');
  await expect(dashboard.outcomes.getByText('Success')).toBeVisible();
  const message = dashboard.messages.first();
  await expect(message).toContainText(`${topic}/plant`);
  await expect(message).toContainText('QoS 1');
  await expect(message).toContainText('{ "moisture": 0.420, "id": 12345678901234567890 }');
  await expect(dashboard.count).toHaveText('1 message received');

  await dashboard.publish(`${topic}/plant`, '<img src=x onerror=alert(1)>');
  await expect(dashboard.messages.first().getByText('<img src=x onerror=alert(1)>')).toBeVisible();
  await dashboard.button(`Unsubscribe ${topic}/#`).click();
  await expect(dashboard.subscriptions.getByRole('listitem')).toHaveCount(0);
  await dashboard.button('Disconnect').click();
  await expect(dashboard.status).toHaveText('Disconnected');
  await expect(dashboard.url).toHaveValue(broker.url);
});

test('speaks MQTT 3.1.1 with a broker that has nothing else', async ({ page, embeddedBroker, topic }) => {
  const dashboard = on(page);
  await dashboard.connect(embeddedBroker.url);
  await expect(page.getByText('MQTT 3.1.1 as')).toBeVisible();
  await dashboard.subscribe(topic);
  await dashboard.publish(topic, 'hello');
  await expect(dashboard.messages).toContainText(['hello']);
});

test('can be used with the keyboard alone', async ({ page, broker, topic }) => {
  const dashboard = on(page);
  await dashboard.open('ws://127.0.0.1:1/');
  await typeInto(page, dashboard.url, broker.url);
  await page.keyboard.press('Enter');
  await expect(dashboard.status).toHaveText('Connected');
  await expect(dashboard.button('Disconnect')).toBeFocused();

  await typeInto(page, dashboard.filter, topic);
  await page.keyboard.press('Enter');
  await expect(dashboard.announced).toHaveText(`${topic}: QoS 1 granted`);

  await typeInto(page, dashboard.topic, topic);
  await typeInto(page, dashboard.payload, 'by keyboard');
  await page.keyboard.press('Control+Enter');
  await expect(dashboard.messages).toContainText(['by keyboard']);

  await tabTo(page, dashboard.button('Clear'));
  await page.keyboard.press('Space');
  await tabTo(page, dashboard.button('Undo'), 'Shift+Tab');
  await page.keyboard.press('Space');
  await expect(dashboard.messages).toHaveCount(1);
  await expect(dashboard.button('Clear')).toBeFocused();
});

test('says at the field what is wrong with an address', async ({ page }) => {
  const dashboard = on(page);
  await dashboard.open('mqtt://broker.example:1883');
  await dashboard.button('Connect').click();
  await expect(dashboard.url).toBeFocused();
  await expect(dashboard.url).toHaveAttribute('aria-invalid', 'true');
  await expect(dashboard.url).toHaveAccessibleDescription(/cannot open mqtt:\/\/ addresses. Use ws:\/\//);
});

test('says why a broker cannot be reached, and counts down to the next attempt', async ({ page, brokerWith }) => {
  const broker = await brokerWith();
  await broker.stop();
  const dashboard = on(page);
  await dashboard.open(broker.url);
  await dashboard.button('Connect').click();
  await expect(dashboard.problem).toContainText('SOCKET_OPEN_FAILED');
  await expect(dashboard.status).toHaveText(/Attempt \d+ failed\s*next attempt in \d+ s/);
  await expect(dashboard.announced).toHaveText(/Attempt \d+ failed\. .* Next attempt in \d+ seconds?\./);

  await dashboard.button('Stop trying').click();
  await expect(dashboard.url).toHaveValue(broker.url);
  await expect(dashboard.button('Connect')).toBeFocused();
});

test('says that the server refuses the connection, and marks the field', async ({ page, brokerWith }) => {
  const broker = await brokerWith({ anonymous: false });
  const dashboard = on(page);
  await dashboard.open(broker.url);
  await dashboard.button('Connect').click();
  await expect(dashboard.status).toHaveText('Could not connect');
  await expect(dashboard.problem).toContainText('Not authorized');
  await expect(dashboard.problem).toContainText('CONNACK_REFUSED');
  await expect(dashboard.username).toHaveAccessibleDescription('The server does not accept this.');
});

test('shows a refused subscription with the reason, and an impossible one at its field', async ({
  page,
  silentServer,
}) => {
  const suback = encode({ type: 'suback', packetId: 1, reasonCodes: [0x87] }, 5);
  const server = await silentServer({ answers: [CONNACK, suback] });
  const dashboard = on(page);
  await dashboard.connect(server.url);
  await dashboard.filter.fill('a/#/b');
  await dashboard.button('Subscribe').click();
  await expect(dashboard.filter).toHaveAccessibleDescription(/misplaced wildcard/);

  await dashboard.filter.fill('secret/#');
  await dashboard.button('Subscribe').click();
  await expect(dashboard.subscriptions).toContainText('Not authorized');
  await dashboard.button('Remove secret/#').click();
  await expect(dashboard.subscriptions.getByRole('listitem')).toHaveCount(0);
});

test('shows at its field what is wrong with a publish', async ({ page, silentServer }) => {
  const puback = encode({ type: 'puback', packetId: 1, reasonCode: 0x87 }, 5);
  const server = await silentServer({ answers: [CONNACK, puback] });
  const dashboard = on(page);
  await dashboard.connect(server.url);
  await dashboard.publish('a/#', 'x');
  await expect(dashboard.topic).toHaveAccessibleDescription(/wildcard/);
  await dashboard.publish('secret', 'x');
  await expect(dashboard.topic).toHaveAccessibleDescription(/Not authorized/);
  await expect(dashboard.outcomes).toContainText('PUBLISH_REFUSED');
});

test('a reload keeps the settings, and no password anywhere', async ({ page, broker }) => {
  const dashboard = on(page);
  await dashboard.open(broker.url.replace('//', `//anna:${PASSWORD}@`));
  await expect(dashboard.url).toHaveValue(broker.url);
  await expect(dashboard.password).toHaveValue(PASSWORD);
  await dashboard.username.fill('berta');
  await dashboard.filter.fill('kept/#');
  await page.getByText('Advanced').click();
  await page.getByLabel('Protocol').selectOption('5');
  await dashboard.button('Connect').click();
  await expect(dashboard.status).toHaveText('Connected');
  expect(page.url()).not.toContain(PASSWORD);
  expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))).not.toContain(PASSWORD);

  await page.reload();
  await expect(dashboard.url).toHaveValue(broker.url);
  await expect(dashboard.username).toHaveValue('berta');
  await expect(dashboard.filter).toHaveValue('kept/#');
  await expect(page.locator('#protocol')).toHaveValue('5');
  await expect(dashboard.password).toHaveValue('');
});

test('works where storage is forbidden', async ({ page, broker }) => {
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'localStorage', { value: undefined });
  });
  await on(page).connect(broker.url);
});

test('goes on after a lost connection, subscriptions and messages included', async ({
  page,
  broker,
  networkTo,
  topic,
}) => {
  const network = await networkTo(broker.url);
  const dashboard = on(page);
  await dashboard.connect(network.url);
  await dashboard.subscribe(topic);
  await dashboard.publish(topic, 'before');
  await expect(dashboard.messages).toHaveCount(1);
  network.cut();
  await expect(dashboard.status).toContainText(/Connection lost|Attempt \d+ failed/);
  await dashboard.publish(topic, 'meanwhile');
  network.restore();
  await expect(dashboard.messages).toContainText(['meanwhile', 'before'], { timeout: 20_000 });
});

test('messages can be paused, cleared and brought back; long and binary ones be read', async ({
  page,
  silentServer,
}) => {
  const server = await silentServer({ answers: [CONNACK] });
  const send = (payload: Uint8Array | string): void => server.send(publish('a', payload));
  const dashboard = on(page);
  await dashboard.connect(server.url);
  send('one');
  await expect(dashboard.messages).toHaveCount(1);
  await dashboard.button('Pause').click();
  send('two');
  await dashboard.button('Resume, 1 new').click();
  await expect(dashboard.messages).toHaveCount(2);

  await dashboard.button('Clear').click();
  await expect(dashboard.messages).toHaveCount(0);
  await dashboard.button('Undo').click();
  await expect(dashboard.messages).toContainText(['two', 'one']);

  send(Uint8Array.of(0xde, 0xad, 0xbe, 0xef));
  await expect(dashboard.messages.first()).toContainText('de ad be ef');
  send(`${'line\n'.repeat(50)}the end`);
  await expect(dashboard.messages.first()).not.toContainText('the end');
  await dashboard.button('Show all').click();
  await expect(dashboard.messages.first()).toContainText('the end');
});

test('counts 5,000 messages a second to the last one, and stays usable', async ({ page, silentServer }) => {
  const server = await silentServer({ answers: [CONNACK] });
  const dashboard = on(page);
  await dashboard.connect(server.url);
  for (let sent = 0; sent < 20_000; sent += 100) {
    const batch = Array.from({ length: 100 }, (_, index) =>
      publish(`flood/${index}`, `{"number":${sent + index + 1}}`),
    );
    server.send(Buffer.concat(batch));
    await page.waitForTimeout(20);
  }
  await dashboard.topic.fill('typed in the flood');
  await expect(dashboard.count).toHaveText('20,000 messages received, the latest 500 kept');
  await expect(dashboard.messages.first()).toContainText('{ "number": 20000 }');
  await expect(dashboard.messages).toHaveCount(100);
  await dashboard.button('Show older').click();
  await expect(dashboard.messages).toHaveCount(200);
});

for (const width of [360, 1440]) {
  test(`fits a window of ${width} pixels, and labels every control`, async ({ page, broker }) => {
    await page.setViewportSize({ width, height: 800 });
    const dashboard = on(page);
    await dashboard.connect(broker.url);
    await page.getByText('Negotiated settings').click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    const controls = page.locator('input, select, textarea');
    const labels = await controls.evaluateAll((all) => all.map((each) => (each as HTMLInputElement).labels?.length));
    expect(new Set(labels)).toEqual(new Set([1]));
  });
}

function publish(topic: string, payload: Uint8Array | string): Uint8Array {
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
  const packet: Packet = { type: 'publish', topic, payload: bytes, qos: 0, retain: false, duplicate: false };
  return encode(packet, 5);
}

/** Presses Tab until the control has the focus. */
async function tabTo(page: Page, control: Locator, key = 'Tab'): Promise<void> {
  for (let press = 0; press < 40; press++) {
    if (await control.evaluate((each) => each === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not reach ${String(control)}`);
}

/** Goes to a field with Tab and replaces what is in it. */
async function typeInto(page: Page, field: Locator, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(text);
}
