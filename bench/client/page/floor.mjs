/*
 * The floor: what a page can do with a WebSocket and no client at all. Packets are encoded once and copied, identifiers
 * patched in, acknowledgements found by their fixed headers. All packets of one turn leave as one frame.
 */
import {
  FLOOD_FILTER,
  PUBLISH_TOPICS,
  byTurns,
  connectPacket,
  payloadOf,
  publishIdOffset,
  publishPacket,
  subscribePacket,
} from '../packets.mjs';
import { TYPE, scan } from '../scan.mjs';
import { expose } from './harness.mjs';

const NEXT = [0, 1, 2].map((qos) => byTurns(PUBLISH_TOPICS.map((topic) => publishPacket(topic, payloadOf(64), qos))));
const ID_OFFSET = publishIdOffset(PUBLISH_TOPICS[0]);

class Floor {
  #socket;
  #batch = new Uint8Array(64 * 1024);
  #length = 0;
  /** @type {(first: number, start: number, end: number, bytes: Uint8Array) => void} */
  #visit = () => {};

  constructor(socket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      scan(new Uint8Array(data), this.#visit);
      this.#flush();
    };
  }

  /** Sends a packet and waits for any answer. */
  exchange(packet) {
    return new Promise((resolve) => {
      this.#visit = resolve;
      this.#socket.send(packet);
    });
  }

  publishTurn(count) {
    for (let index = 0; index < count; index++) this.#add(NEXT[0]());
    this.#flush();
  }

  publishAll(qos, count, inFlight) {
    return new Promise((resolve) => {
      let unsent = count;
      let unfinished = count;
      const publish = (high, low) => {
        const at = this.#add(NEXT[qos]()) + ID_OFFSET;
        this.#batch[at] = high;
        this.#batch[at + 1] = low;
        unsent -= 1;
      };
      this.#visit = (first, start, _end, bytes) => {
        const high = bytes[start];
        const low = bytes[start + 1];
        if (first >> 4 === TYPE.pubrec) {
          this.#addPubrel(high, low);
          return;
        }
        unfinished -= 1;
        if (unsent > 0) publish(high, low);
        else if (unfinished === 0) resolve();
      };
      for (let id = 1; id <= inFlight && unsent > 0; id++) publish(0, id);
      this.#flush();
    });
  }

  receiveAll(count) {
    return new Promise((resolve) => {
      let left = count;
      this.#visit = (first) => {
        if (first >> 4 !== TYPE.publish) return;
        left -= 1;
        if (left === 0) resolve();
      };
    });
  }

  #add(packet) {
    const at = this.#length;
    this.#batch.set(packet, at);
    this.#length += packet.length;
    return at;
  }

  #addPubrel(high, low) {
    const batch = this.#batch;
    batch[this.#length] = 0x62;
    batch[this.#length + 1] = 2;
    batch[this.#length + 2] = high;
    batch[this.#length + 3] = low;
    this.#length += 4;
  }

  #flush() {
    if (this.#length === 0) return;
    this.#socket.send(this.#batch.subarray(0, this.#length));
    this.#length = 0;
  }
}

expose(async (url) => {
  const socket = new WebSocket(url, 'mqtt');
  socket.binaryType = 'arraybuffer';
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  const floor = new Floor(socket);
  await floor.exchange(connectPacket('floor'));
  await floor.exchange(subscribePacket(FLOOD_FILTER));
  return floor;
});
