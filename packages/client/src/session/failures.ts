/* Every way in which a session fails, with what to try. */
import type {
  AckPacket,
  ConnackPacket,
  DisconnectPacket,
  PacketType,
  ProtocolVersion,
  SubackPacket,
  UnsubackPacket,
} from '@mqtide/codec';
import { reasonName } from '@mqtide/codec';
import type { Failure } from './failure.ts';
import { afterConnack, afterDisconnect } from './retry-policy.ts';

const code = (reasonCode: number): string => `0x${reasonCode.toString(16).padStart(2, '0').toUpperCase()}`;

function named(reasonCode: number, packetType: PacketType, version: ProtocolVersion = 5): string {
  return `${reasonName(reasonCode, packetType, version)} (${version === 5 ? code(reasonCode) : `code ${reasonCode}`})`;
}

function said(packet: { readonly properties?: { readonly reasonString?: string } }): string {
  const text = packet.properties?.reasonString;
  return text === undefined ? '' : `: ${text}`;
}

export const stopped = (): Failure => ({
  code: 'STOPPED',
  message: 'The client was stopped before the operation was over.',
  retryable: false,
  hint: 'Call `start()` again, or give `stop()` a `drainMs` to let operations finish.',
});

export const offline = (): Failure => ({
  code: 'OFFLINE',
  message: 'There is no connection, and `offlineQueue.behavior` does not let this operation wait for one.',
  retryable: true,
  hint: 'Use QoS 1, or wait for `connectionSuccess`.',
});

export const queueFull = (limit: string): Failure => ({
  code: 'QUEUE_FULL',
  message: `Too much waits to be sent already: ${limit}.`,
  retryable: true,
  hint: 'Await each publish, or raise `offlineQueue`.',
});

export const expired = (maxAgeMs: number): Failure => ({
  code: 'EXPIRED',
  message: `The operation waited ${maxAgeMs} ms to be sent, as long as \`offlineQueue.maxAgeMs\` allows.`,
  retryable: true,
});

export const ackTimeout = (awaited: PacketType): Failure => ({
  code: 'ACK_TIMEOUT',
  message: `The server has not answered with ${awaited.toUpperCase()} in time.`,
  retryable: true,
  hint: 'The server may have received it all the same.',
});

export const notSentInTime = (): Failure => ({
  code: 'ACK_TIMEOUT',
  message: 'The operation could not be sent before its `timeoutMs` had passed.',
  retryable: true,
});

export const sessionLost = (): Failure => ({
  code: 'SESSION_LOST',
  message: 'The server lost the session, so it is not known whether it has the message.',
  retryable: true,
  hint: "Publish again if a second copy does no harm, or set `session.onLost` to 'republish'.",
});

export const unknownSession = (): Failure => ({
  code: 'SESSION_LOST',
  message: 'The server has a session for this client identifier that this client does not know; it starts anew.',
  retryable: true,
});

export const publishRefused = (packet: AckPacket<'puback' | 'pubrec'>): Failure => ({
  code: 'PUBLISH_REFUSED',
  message: `The server refused the message: ${named(packet.reasonCode, packet.type)}${said(packet)}.`,
  reasonCode: packet.reasonCode,
  packet,
  retryable: false,
});

export function requestRefused(packet: SubackPacket | UnsubackPacket, reasonCode: number, filter: string): Failure {
  const isSuback = packet.type === 'suback';
  return {
    code: isSuback ? 'SUBSCRIBE_REFUSED' : 'UNSUBSCRIBE_REFUSED',
    message: `The server refused ${isSuback ? 'the subscription to' : 'to unsubscribe'} '${filter}': ${named(reasonCode, packet.type)}${said(packet)}.`,
    reasonCode,
    packet,
    retryable: false,
  };
}

export function connackRefused(connack: ConnackPacket, version: ProtocolVersion): Failure {
  const { disposition, hint } = afterConnack(connack.reasonCode, version);
  return {
    code: 'CONNACK_REFUSED',
    message: `The server refused the connection: ${named(connack.reasonCode, 'connack', version)}${said(connack)}.`,
    reasonCode: connack.reasonCode,
    packet: connack,
    retryable: disposition !== 'fatal',
    hint,
  };
}

export function serverDisconnected(packet: DisconnectPacket): Failure {
  const { disposition, hint } = afterDisconnect(packet.reasonCode);
  return {
    code: packet.reasonCode === 0x8e ? 'SESSION_TAKEN_OVER' : 'SERVER_DISCONNECTED',
    message: `The server ended the connection: ${named(packet.reasonCode, 'disconnect')}${said(packet)}.`,
    reasonCode: packet.reasonCode,
    packet,
    retryable: disposition !== 'fatal',
    hint,
  };
}

const closeText = (closeCode: number, reason: string): string =>
  `WebSocket close code ${closeCode}${reason === '' ? '' : `, '${reason}'`}`;

export const openFailed = (closeCode: number, reason: string): Failure => ({
  code: 'SOCKET_OPEN_FAILED',
  message: `The WebSocket could not be opened (${closeText(closeCode, reason)}).`,
  retryable: true,
  hint: 'Check that the address is right, the server runs and its certificate is trusted; a browser does not tell which it was.',
});

export const closedBeforeConnack = (closeCode: number, reason: string): Failure => ({
  code: 'SOCKET_CLOSED',
  message: `The server closed the connection without answering the CONNECT (${closeText(closeCode, reason)}).`,
  retryable: true,
  hint: "It may not speak this version of MQTT: try `protocolVersion: 'auto'`. Or it refuses these credentials without saying so.",
});

export const socketClosed = (closeCode: number, reason: string): Failure => ({
  code: 'SOCKET_CLOSED',
  message: `The connection was lost (${closeText(closeCode, reason)}).`,
  retryable: true,
});

export const connectTimeout = (waitedFor: string): Failure => ({
  code: 'CONNECT_TIMEOUT',
  message: `No connection within \`connectTimeoutMs\`: still waiting for ${waitedFor}.`,
  retryable: true,
});

export const keepAliveTimeout = (): Failure => ({
  code: 'KEEPALIVE_TIMEOUT',
  message: 'The server has not answered a PINGREQ within `pingTimeoutMs`: the connection is dead.',
  retryable: true,
});

export const malformed = (reasonCode: number | undefined, message: string): Failure => ({
  code: reasonCode === 0x95 ? 'PACKET_TOO_LARGE' : 'MALFORMED_PACKET',
  message: `The server sent what is not MQTT: ${message}`,
  ...(reasonCode === undefined ? {} : { reasonCode }),
  retryable: true,
});

export const protocolError = (reasonCode: number, message: string): Failure => ({
  code: 'PROTOCOL_ERROR',
  message: `The server broke the protocol: ${message}.`,
  reasonCode,
  retryable: true,
});

export const invalidPacket = (message: string): Failure => ({ code: 'INVALID_ARGUMENT', message, retryable: false });

export const unsupported = (message: string, hint?: string): Failure => ({
  code: 'UNSUPPORTED_BY_SERVER',
  message,
  retryable: false,
  ...(hint === undefined ? {} : { hint }),
});

export const tooLarge = (bytes: number, maximum: number): Failure => ({
  code: 'PACKET_TOO_LARGE',
  message: `The packet has ${bytes} bytes; the server accepts at most ${maximum}.`,
  retryable: false,
});
