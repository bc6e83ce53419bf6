/*
 * A broker that does nothing: it looks at fixed headers only, acknowledges everything, counts, and floods on command
 * with frames it has prepared. In a process of its own; started by `fork`, it tells its port and ends with its parent.
 *
 *   GET /       an empty page
 *   /mqtt       the client under test, one at a time; MQTT 5 or 3.1.1
 *   /control    { count: n }                           answers 'counting', and 'counted' after n PUBLISH packets
 *               { flood: { frames, perFrame, payloadBytes } }   answers 'flooded' when all of it is written
 *
 * The acknowledgements of one chunk from the network leave as one frame.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { byTurns, floodPackets } from './packets.mjs';
import { TYPE, publishedId, scan, uint16 } from './scan.mjs';

/** Bytes per write while flooding. */
const WRITE_BYTES = 128 * 1024;

/** @type {import('node:stream').Duplex | undefined} the client's network socket, for prepared frames */
let clientSocket;
let publishes = 0;
let goal = Number.POSITIVE_INFINITY;
let reachedGoal = () => {};

const sockets = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  handleProtocols: (protocols) => (protocols.has('mqtt') ? 'mqtt' : false),
});
const http = createServer((_, response) => {
  response.setHeader('content-type', 'text/html').end('<!doctype html><title>benchmark</title>');
});
http.on('upgrade', (request, socket, head) => {
  sockets.handleUpgrade(request, socket, head, (webSocket) => {
    if (request.url === '/control') control(webSocket);
    else serve(webSocket, socket);
  });
});
http.listen(0, '127.0.0.1', () => process.send?.({ port: http.address().port }));
process.on('disconnect', () => process.exit());

/**
 * @param {import('ws').WebSocket} webSocket
 * @param {import('node:stream').Duplex} socket
 */
function serve(webSocket, socket) {
  clientSocket = socket;
  const answers = new Answers(webSocket);
  let version = 5;
  let rest = Buffer.alloc(0);

  const visit = (first, start, _end, bytes) => {
    const type = first >> 4;
    switch (type) {
      case TYPE.publish: {
        const qos = (first >> 1) & 3;
        if (qos > 0) answers.acknowledge(qos === 1 ? 0x40 : 0x50, publishedId(bytes, start));
        publishes += 1;
        if (publishes === goal) reachedGoal();
        return;
      }
      case TYPE.pubrel:
        answers.acknowledge(0x70, uint16(bytes, start));
        return;
      case TYPE.connect:
        // Behind the protocol name.
        version = bytes[start + 6];
        answers.add(version === 5 ? [0x20, 3, 0, 0, 0] : [0x20, 2, 0, 0]);
        return;
      case TYPE.subscribe: {
        const id = [bytes[start], bytes[start + 1]];
        answers.add(version === 5 ? [0x90, 4, ...id, 0, 0] : [0x90, 3, ...id, 0]);
        return;
      }
      case TYPE.pingreq:
        answers.add([0xd0, 0]);
    }
  };
  webSocket.on('message', (/** @type {Buffer} */ data) => {
    const chunk = rest.length === 0 ? data : Buffer.concat([rest, data]);
    const taken = scan(chunk, visit);
    rest = chunk.subarray(taken);
  });
  webSocket.on('error', () => {});
}

/** Collects answers until everything that came with one chunk has been looked at. */
class Answers {
  #webSocket;
  #bytes = Buffer.alloc(1024 * 1024);
  #length = 0;

  /** @param {import('ws').WebSocket} webSocket */
  constructor(webSocket) {
    this.#webSocket = webSocket;
  }

  acknowledge(first, packetId) {
    const at = this.#begin();
    this.#bytes[at] = first;
    this.#bytes[at + 1] = 2;
    this.#bytes[at + 2] = packetId >> 8;
    this.#bytes[at + 3] = packetId;
    this.#length = at + 4;
  }

  add(bytes) {
    this.#bytes.set(bytes, this.#begin());
    this.#length += bytes.length;
  }

  #begin() {
    if (this.#length === 0) process.nextTick(this.#send);
    else if (this.#length + 8 > this.#bytes.length) this.#send();
    return this.#length;
  }

  #send = () => {
    if (this.#length === 0) return;
    // The socket may hold on to the bytes.
    this.#webSocket.send(Buffer.from(this.#bytes.subarray(0, this.#length)));
    this.#length = 0;
  };
}

/** @param {import('ws').WebSocket} webSocket */
function control(webSocket) {
  webSocket.on('message', (/** @type {Buffer} */ data) => {
    const command = JSON.parse(data.toString());
    if (command.count !== undefined) {
      publishes = 0;
      goal = command.count;
      reachedGoal = () => webSocket.send('counted');
      webSocket.send('counting');
    } else {
      void flood(command.flood).then(() => webSocket.send('flooded'));
    }
  });
}

/** Frames of a server are not masked, so the same bytes can be written again and again. */
async function flood({ frames, perFrame, payloadBytes }) {
  const socket = clientSocket;
  if (socket === undefined) throw new Error('no client');
  const next = byTurns(floodPackets(payloadBytes));
  const makeFrame = () => webSocketFrame(Buffer.concat(Array.from({ length: perFrame }, next)));
  const frame = makeFrame();
  const framesPerWrite = Math.max(1, Math.ceil(WRITE_BYTES / frame.length));
  const chunk = Buffer.concat(Array.from({ length: framesPerWrite }, makeFrame));
  for (let left = frames; left > 0; left -= framesPerWrite) {
    const bytes = left >= framesPerWrite ? chunk : chunk.subarray(0, left * frame.length);
    if (!socket.write(bytes)) await once(socket, 'drain');
  }
}

/**
 * A final binary frame, RFC 6455 section 5.2.
 * @param {Buffer} payload
 */
function webSocketFrame(payload) {
  const { length } = payload;
  let header = [0x82, length];
  if (length > 0xffff)
    header = [0x82, 127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff];
  else if (length > 125) header = [0x82, 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(header), payload]);
}
