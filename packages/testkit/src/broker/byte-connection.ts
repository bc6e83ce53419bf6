import { Decoder, encode, MalformedPacketError, type Packet, type ProtocolVersion } from '@mqtide/codec';
import type { Broker } from './broker.ts';

/** A wire that carries bytes to a client. */
export interface ByteWire {
  /** `arrived` is to be called when the client has the bytes, if `confirmsArrival` says that it will be. */
  send(bytes: Uint8Array, arrived: () => void): void;
  /** Whether the wire knows what reaches the client; then the broker can tell more of what a client may not do. */
  readonly confirmsArrival?: boolean;
  /** Closes after what was sent. Without a code the connection is lost: there is no close frame. */
  close(code?: number): void;
}

/** The broker's end of a wire. */
export interface ByteConnection {
  onData(bytes: Uint8Array): void;
  onText(): void;
  onClose(): void;
}

/** Opens a connection to a broker that speaks bytes. */
export function connectBytes(broker: Broker, wire: ByteWire): ByteConnection {
  const decoder = new Decoder({ version: 5, sender: 'client' });
  const connection = broker.connect({
    confirmsArrival: wire.confirmsArrival ?? false,
    send: (packet: Packet, version: ProtocolVersion, arrived) => wire.send(encode(packet, version), arrived),
    close: (code) => wire.close(code),
  });
  let isMalformed = false;
  return {
    onData(bytes) {
      if (isMalformed) return;
      try {
        for (const packet of decoder.push(bytes)) connection.receive(packet);
      } catch (error) {
        if (!(error instanceof MalformedPacketError)) throw error;
        isMalformed = true;
        for (const packet of error.packetsBefore) connection.receive(packet);
        connection.receiveMalformed(error.reasonCode, error.message);
      }
    },
    onText: () => connection.receiveText(),
    onClose: () => connection.closed(),
  };
}
