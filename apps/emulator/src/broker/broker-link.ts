import { connect, type Socket } from 'node:net';
import { Decoder, encode, type Packet } from '@mqtide/codec';

/** What comes from the broker. */
export interface BrokerListener {
  received(packet: Packet): void;
  /** The connection has ended, and not by us. */
  lost(): void;
}

/** One MQTT 5.0 connection to the real broker, over TCP. Connecting is up to whoever uses it. */
export class BrokerLink {
  readonly #socket: Socket;
  readonly #decoder = new Decoder({ version: 5, sender: 'server' });
  #isOpen = true;

  constructor(port: number, listener: BrokerListener) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (chunk) => {
      if (!this.#isOpen) return;
      for (const packet of this.#decoder.push(chunk)) listener.received(packet);
    });
    // `close` follows.
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      if (this.#isOpen) listener.lost();
      this.#isOpen = false;
    });
  }

  send(packet: Packet): void {
    if (this.#isOpen) this.#socket.write(encode(packet, 5).slice());
  }

  /** Ends it after what was sent. Without a DISCONNECT before, the broker publishes the will. */
  end(): void {
    this.#isOpen = false;
    this.#socket.end();
    this.#socket.setTimeout(1000, () => this.#socket.destroy());
  }
}
