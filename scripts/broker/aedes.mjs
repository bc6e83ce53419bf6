import { once } from 'node:events';
import { createServer } from 'node:http';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';

/**
 * A broker inside this process, for machines without mosquitto. It speaks MQTT 3.1.1 and refuses 5.0.
 * @param {number} port for MQTT over WebSocket, on the loopback interface; 0 for any free one
 */
export async function startAedes(port) {
  const broker = await Aedes.createBroker();
  const server = createServer((_request, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({
    server,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  });
  sockets.on('connection', (socket, request) => {
    const stream = createWebSocketStream(socket);
    // The broker hears of it through the end of the stream.
    stream.on('error', () => {});
    broker.handle(stream, request);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `ws://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/`,
    /** Never settles by itself: the broker lives as long as the process. */
    ended: new Promise(() => {}),
    async dispose() {
      for (const socket of sockets.clients) socket.terminate();
      await new Promise((resolve) => broker.close(() => resolve(undefined)));
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
