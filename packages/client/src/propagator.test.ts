import type { PropertiesOf, PublishPacket } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import type { ContextManager, Propagator } from './propagator.ts';
import { userPropertyGetter } from './propagator.ts';
import { connected, setUp, watch } from './testing/set-up.test-helpers.ts';
import { grant, message } from './testing/subscriptions.test-helpers.ts';

/** Contexts are texts, as in a tracer that knows nothing but its `traceparent`. */
function tracer(): { readonly propagator: Propagator; readonly contextManager: ContextManager; current: string } {
  const made = {
    current: 'root',
    contextManager: {
      active: () => made.current,
      with: (context: unknown, run: () => void) => {
        const before = made.current;
        made.current = context as string;
        run();
        made.current = before;
      },
    },
    propagator: {
      inject: (context, carrier, setter) => setter.set(carrier, 'traceparent', `00-${String(context)}`),
      extract: (context, carrier, getter) => {
        const value = getter.get(carrier, 'traceparent');
        return typeof value === 'string' ? `${String(context)}/${value}` : context;
      },
    } satisfies Propagator,
  };
  return made;
}

const traced = (userProperties: PropertiesOf<'publish'>['userProperties'] = []): PublishPacket => ({
  ...message('a', 'x'),
  properties: { userProperties },
});

describe('with a propagator', () => {
  it('what is published carries the context that is active', async () => {
    const trace = tracer();
    const { client, server } = await connected(trace);
    trace.current = 'click';
    void client.publish('a', 'x');
    expect((await server.expectPacket('publish')).properties).toEqual({
      userProperties: [['traceparent', '00-click']],
    });
    const properties = {
      contentType: 'text/plain',
      userProperties: [
        ['mine', '1'],
        ['traceparent', 'old'],
      ],
    } as const;
    void client.publish('a', 'x', { properties });
    expect((await server.expectPacket('publish')).properties).toEqual({
      contentType: 'text/plain',
      userProperties: [
        ['mine', '1'],
        ['traceparent', '00-click'],
      ],
    });
    expect(properties.userProperties[1][1]).toBe('old');
    await client.stop();
  });

  it('a handler runs in the context that its message brings, and so does what it publishes', async () => {
    const trace = tracer();
    const { client, server, clock } = await connected(trace);
    const seen: string[] = [];
    const subscribed = client.subscribe('a', () => {
      seen.push(trace.current);
      void client.publish('b', 'y');
    });
    await grant(server);
    await subscribed;
    server.send(traced([['traceparent', '00-far']]), traced([['other', '1']]), message('a', 'plain'));
    await clock.settle();
    expect(seen).toEqual(['root/00-far', 'root', 'root']);
    expect((await server.expectPacket('publish')).properties?.userProperties).toEqual([
      ['traceparent', '00-root/00-far'],
    ]);
    expect(trace.current).toBe('root');
    await client.stop();
  });

  it('alone, it is asked without a context', async () => {
    const { propagator } = tracer();
    const { client, server } = await connected({ propagator });
    void client.publish('a', 'x');
    expect((await server.expectPacket('publish')).properties?.userProperties).toEqual([
      ['traceparent', '00-undefined'],
    ]);
    await client.stop();
  });

  it.each([
    [{ protocolVersion: 4 }, undefined],
    [{ protocolVersion: 'auto' }, { userProperties: [['traceparent', '00-root']] }],
  ] as const)('nothing is put where user properties may not go: %j', async (options, properties) => {
    const { client, server } = await connected({ ...tracer(), ...options });
    void client.publish('a', 'x');
    expect((await server.expectPacket('publish')).properties).toEqual(properties);
    await client.stop();
  });

  it("with 'auto', what waits for a connection whose version nobody knows is not traced, and so arrives", async () => {
    const { client, broker } = setUp({ ...tracer(), protocolVersion: 'auto' });
    watch(client.publish('a', 'x', { qos: 1 }));
    void client.start();
    const server = await broker.nextConnection();
    await server.acceptClient();
    expect((await server.expectPacket('publish')).properties).toBeUndefined();
    await client.stop();
  });

  it('that throws, the message goes its way, once, and the error is reported', async () => {
    const fail = (): never => {
      throw new Error('no tracer');
    };
    for (const options of [
      { propagator: { inject: fail, extract: fail } },
      { ...tracer(), contextManager: { active: () => '', with: fail } },
      {
        ...tracer(),
        contextManager: { active: () => '', with: (_: unknown, run: () => void) => [run(), run(), fail()] },
      },
    ]) {
      const { client, server, clock, unhandled } = await connected(options);
      const texts: string[] = [];
      client.on('messageReceived', ({ message: each }) => texts.push(each.text()));
      void client.publish('a', 'x');
      await server.expectPacket('publish');
      server.send({ ...traced([['traceparent', 'y']]), qos: 1, packetId: 1 });
      await server.expectPacket('puback');
      await clock.settle();
      expect(texts).toEqual(['x']);
      expect(unhandled.length).toBeGreaterThan(0);
      await client.stop();
    }
  });
});

describe('userPropertyGetter', () => {
  it('reads one value as text, several as a list, none as undefined', () => {
    const carrier = [
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
    ] as const;
    expect(userPropertyGetter.keys(carrier)).toEqual(['a', 'b', 'a']);
    expect(['a', 'b', 'c'].map((key) => userPropertyGetter.get(carrier, key))).toEqual([['1', '3'], '2', undefined]);
  });
});
