import { encode, type Packet, type ProtocolVersion } from '@mqtide/codec';
import { describe, expect, it } from 'vitest';
import { MemoryTransport } from './memory-transport.ts';
import { ScriptedBroker } from './scripted-broker.ts';
import { VirtualClock } from './virtual-clock.ts';

const CONNECT: Packet = {
  type: 'connect',
  protocolVersion: 5,
  clientId: 'a',
  cleanStart: true,
  keepAliveSeconds: 60,
  properties: { receiveMaximum: 7 },
};
const PING: Packet = { type: 'pingreq' };

/** A client that sends nothing but what the test tells it. */
function script() {
  const clock = new VirtualClock();
  const transport = new MemoryTransport({ clock });
  const broker = new ScriptedBroker({ transport, settle: () => clock.settle() });
  const heard: number[][] = [];
  const dial = () => {
    const connection = transport.connect('ws://broker.test/mqtt', {
      onOpen: () => undefined,
      onData: (bytes) => heard.push(Array.from(bytes)),
      onText: () => undefined,
      onClose: () => undefined,
    });
    const send = (version: ProtocolVersion, ...packets: Packet[]): void => {
      for (const packet of packets) connection.send(encode(packet, version));
    };
    return { connection, send };
  };
  return { clock, broker, dial, heard };
}

/** The client has connected and the broker has answered. */
async function accepted(packet: Packet = CONNECT, version: ProtocolVersion = 5) {
  const { broker, dial, heard } = script();
  const client = dial();
  const server = await broker.nextConnection();
  server.wire.accept();
  await server.expectNothing();
  client.send(version, packet);
  const connect = await server.acceptClient({ sessionPresent: version === 4 });
  return { broker, server, heard, connect, ...client };
}

describe('ScriptedBroker', () => {
  it('hands out connections one by one, and fails when there is none', async () => {
    const { broker, dial } = script();
    await expect(broker.nextConnection()).rejects.toThrow('asked for 0 connection(s)');
    dial();
    dial();
    await expect(broker.expectNoConnection()).rejects.toThrow('asked for 2 more');
    const first = await broker.nextConnection();
    const second = await broker.nextConnection();
    expect(first.wire).not.toBe(second.wire);
    await broker.expectNoConnection();
  });

  it.each([
    [5, CONNECT, [0x20, 3, 0, 0, 0]],
    [4, { ...CONNECT, protocolVersion: 4, properties: {} } as Packet, [0x20, 2, 1, 0]],
  ] as const)('answers a CONNECT of version %i in that version', async (version, packet, bytes) => {
    const { server, connect, heard } = await accepted(packet, version);
    expect(connect.clientId).toBe('a');
    expect(server.version).toBe(version);
    await server.expectNothing();
    expect(heard).toEqual([bytes]);
  });

  it('takes packets in order, whatever the frames', async () => {
    const { server, connection } = await accepted();
    connection.send(Uint8Array.of(0xc0));
    await server.expectNothing();
    connection.send(Uint8Array.of(0x00, 0xe0, 0x00));
    await server.expectPacket('pingreq');
    expect(server.untaken.map(({ type }) => type)).toEqual(['disconnect']);
    await server.expectPacket('disconnect', { reasonCode: 0 });
    expect(server.received.map(({ type }) => type)).toEqual(['connect', 'pingreq', 'disconnect']);
  });

  it('fails with what arrived instead', async () => {
    const { server, send } = await accepted();
    await expect(server.expectPacket('pingreq')).rejects.toThrow(
      'expected PINGREQ, but nothing arrived; before: CONNECT',
    );
    send(5, PING);
    await expect(server.expectPacket('publish')).rejects.toThrow(
      'expected PUBLISH, but PINGREQ arrived; before: CONNECT',
    );
    await expect(server.expectNothing()).rejects.toThrow('expected nothing, but PINGREQ arrived');
    // Nothing of that took the packet.
    await server.expectPacket('pingreq');
  });

  it('fails with the fields that differ', async () => {
    const { broker, dial } = script();
    const { send } = dial();
    const server = await broker.nextConnection();
    server.wire.accept();
    await server.expectNothing();
    send(5, CONNECT);
    await expect(server.expectPacket('connect', { clientId: 'b', properties: { receiveMaximum: 8 } })).rejects.toThrow(
      'CONNECT is not as expected:\n  clientId: expected "b", got "a"\n  properties.receiveMaximum: expected 8, got 7',
    );
  });

  it('sends packets in one frame, and bytes as they are', async () => {
    const { server, heard } = await accepted();
    server.send({ type: 'pingresp' }, { type: 'puback', packetId: 1, reasonCode: 0 });
    server.sendBytes('d0 00');
    server.sendBytes(Uint8Array.of(0xff));
    await server.expectNothing();
    expect(heard.slice(1)).toEqual([[0xd0, 0, 0x40, 2, 0, 1], [0xd0, 0], [0xff]]);
    expect(() => server.sendBytes('d0 0')).toThrow('not hexadecimal');
  });

  it('tells a close by the client from none', async () => {
    const { server, connection } = await accepted();
    await expect(server.expectClosed()).rejects.toThrow('expected the client to close the connection, which is open');
    connection.close();
    await server.expectClosed();
    await expect(server.expectPacket('pingreq')).rejects.toThrow('nothing arrived and the connection is closed');
  });

  it('closes', async () => {
    const { server, connection, send } = await accepted();
    server.close(1001, 'bye');
    await server.expectNothing();
    send(5, PING);
    await server.expectNothing();
    expect(connection.bufferedBytes).toBe(0);
    expect(server.wire.closedBy).toBe('server');
  });

  it('throws on bytes that no client sends', async () => {
    const { server, connection } = await accepted();
    connection.send(Uint8Array.of(0xd0, 0x00));
    await expect(server.expectNothing()).rejects.toThrow('PINGRESP');
  });
});
