export { MemoryConnection } from './memory-connection.ts';
export type { MemoryConnectionState, MemoryServer, WireDirection } from './memory-connection.ts';
export { MemoryTransport } from './memory-transport.ts';
export type { MemoryTransportOptions } from './memory-transport.ts';
export { seededRandom } from './random.ts';
export { VirtualClock } from './virtual-clock.ts';
export type { VirtualClockOptions } from './virtual-clock.ts';
