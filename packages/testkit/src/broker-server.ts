import { Broker } from './broker/broker.ts';
import { connectBytes } from './broker/byte-connection.ts';
import { driveBroker } from './broker/drive.ts';
import type { BrokerOptions } from './broker/options.ts';

/** Where a broker listens, and how it behaves. */
export interface BrokerServerOptions {
  /** 0 picks a free one. @default 0 */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  readonly broker?: BrokerOptions;
}

/** A broker behind a WebSocket server. */
export interface BrokerServer {
  /** The URL to connect to. */
  readonly url: string;
  readonly broker: Broker;
  /** Loses every connection and stops listening. */
  close(): Promise<void>;
}

const SUBPROTOCOL = 'mqtt';

/**
 * Starts the test broker behind a real WebSocket server, for tests in a browser. Node only.
 *
 * A client that does not offer the subprotocol `mqtt` is refused [MQTT-6.0.0-3].
 */
export async function startBrokerServer(options: BrokerServerOptions = {}): Promise<BrokerServer> {
  const { port = 0, host = '127.0.0.1' } = options;
  const { WebSocketServer } = await loadWs();
  const broker = new Broker(options.broker);
  const stopDriving = driveBroker(broker, { wakeAt: wakeByTimer(options.broker?.now) });
  const server = new WebSocketServer({
    port,
    host,
    handleProtocols: (protocols) => (protocols.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    verifyClient: ({ req }, answer) => {
      const offered = req.headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
      if (offered.includes(SUBPROTOCOL)) answer(true);
      else answer(false, 400, 'The subprotocol mqtt is required');
    },
  });
  server.on('connection', (socket) => {
    const connection = connectBytes(broker, {
      send: (bytes) => socket.send(bytes),
      close: (code) => (code === undefined ? socket.terminate() : socket.close(code)),
    });
    socket.binaryType = 'arraybuffer';
    socket.on('message', (data, isBinary) => {
      if (!isBinary) connection.onText();
      else connection.onData(new Uint8Array(data as ArrayBuffer));
    });
    socket.on('close', () => connection.onClose());
    // What it would say, `close` says too; without a listener it would be thrown.
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `ws://${host}:${address.port}/mqtt`,
    broker,
    close: () => {
      stopDriving();
      for (const socket of server.clients) socket.terminate();
      return new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
      });
    },
  };
}

/** Loaded when it is needed, by a name that bundlers do not follow: the rest of the test kit also runs in a browser. */
function loadWs(): Promise<typeof import('ws')> {
  const name: string = 'ws';
  return import(/* @vite-ignore */ name) as Promise<typeof import('ws')>;
}

/** A timer that does not keep the process alive. */
function wakeByTimer(now: () => number = () => performance.now()) {
  return (at: number, callback: () => void): (() => void) => {
    const timer = setTimeout(callback, Math.max(0, at - now()));
    timer.unref();
    return () => clearTimeout(timer);
  };
}
