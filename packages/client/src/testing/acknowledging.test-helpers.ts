import type { ScriptedConnection } from '@mqtide/testkit';
import type { ClientOptions } from '../options.ts';
import type { SubscribeOptions } from '../subscribe.ts';
import type { MessageHandler, Subscription } from '../subscription.ts';
import type { Warning } from '../warning.ts';
import { connected, type SetUp } from './set-up.test-helpers.ts';
import { grant, reliable } from './subscriptions.test-helpers.ts';

/** A client with a subscription of QoS 2 to `a`. */
export interface Subscribed extends SetUp {
  readonly server: ScriptedConnection;
  readonly subscription: Subscription;
  readonly warnings: Warning[];
  subscribe(filter: string, options?: SubscribeOptions, handler?: MessageHandler): Promise<Subscription>;
  /** Sends messages of QoS 1 on topic `a`, with these identifiers. */
  send(...packetIds: number[]): Promise<void>;
}

export async function subscribed(
  options: SubscribeOptions,
  handler?: MessageHandler,
  clientOptions: Partial<ClientOptions> = {},
): Promise<Subscribed> {
  const made = await connected({ clientId: 'me', keepAliveSeconds: 0, ...clientOptions });
  const { client, clock, server } = made;
  const warnings: Warning[] = [];
  client.on('warning', (warning) => warnings.push(warning));
  const subscribe: Subscribed['subscribe'] = async (filter, more = {}, other) => {
    const granted = client.subscribe(filter, { qos: 2, ...more }, other);
    await grant(server);
    return granted;
  };
  const send = async (...packetIds: number[]): Promise<void> => {
    server.send(...packetIds.map((packetId) => reliable(packetId, 'a')));
    await clock.settle();
  };
  return { ...made, warnings, subscribe, send, subscription: await subscribe('a', options, handler) };
}

/** A handler whose promises the test settles, in any order. */
export function slow(): { readonly handler: MessageHandler; finish(index: number): void; fail(index: number): void } {
  const running: { resolve(): void; reject(error: unknown): void }[] = [];
  return {
    handler: () => new Promise<void>((resolve, reject) => void running.push({ resolve, reject })),
    finish: (index) => running[index]?.resolve(),
    fail: (index) => running[index]?.reject(new Error(`handler ${index}`)),
  };
}
