import { type Packet, type ProtocolVersion, encode } from '@mqtide/codec';
import type { Emitter } from './emitter.ts';
import type { EnginePort } from './engine.ts';
import type { ClientEvents } from './events.ts';
import { eraseSecrets, withoutSecrets } from './redact.ts';

/** Has the engine tell of packets for as long as somebody listens to them. To be called when listeners change. */
export function tapPackets(engine: EnginePort, emitter: Emitter<ClientEvents>): void {
  engine.watch(
    emitter.has('packet')
      ? (packet, received) => emitter.emit('packet', packetEvent(packet, received, engine.version))
      : undefined,
  );
}

function packetEvent(
  packet: Packet,
  received: Uint8Array | undefined,
  version: ProtocolVersion,
): ClientEvents['packet'] {
  const shown = withoutSecrets(packet);
  return {
    direction: received === undefined ? 'sent' : 'received',
    // What a listener does to the payload is nobody else's affair.
    packet: shown.type === 'publish' ? { ...shown, payload: shown.payload.slice() } : shown,
    bytes: received === undefined ? encode(shown, version) : eraseSecrets(received, packet),
  };
}
