/* Every way in which a session fails: one row each, with what to try. `docs/errors.md` says more. */
import type { Packet, PropertiesOf, ProtocolVersion, SubackPacket, UnsubackPacket } from '@mqtide/codec';
import { reasonName } from '@mqtide/codec';
import { defined } from './defined.ts';
import type { ErrorCode, Failure } from './failure.ts';
import type { Verdict } from './retry-policy.ts';

/** What happened, and what to try. A detail may follow the first. */
type Row = readonly [message: string, hint?: string];
type Rows = Readonly<Partial<Record<Known, Row>>>;

/** Those that a session, or its engine, raises. */
type Known = Exclude<ErrorCode, 'CREDENTIALS_FAILED' | 'WORKER_FAILED'>;

const ADDRESS = 'Is there an MQTT broker at this address?';
const ALLOWED = 'Check what the server allows this client to do.';
const SAID = 'See `reasonName` and `packet`.';

/** The same call can do no better. */
const FINAL = {
  STOPPED: ['The client is stopped', 'Call `start()`; `stop({ drainMs })` lets operations finish first.'],
  PACKET_TOO_LARGE: [
    'The packet is too large',
    'See `limits.maximumPacketSize`, and that of the server in `settings`.',
  ],
  INVALID_STATE: ['This cannot be done now'],
  INVALID_ARGUMENT: ['This cannot be sent'],
  LIMIT_EXCEEDED: ['This exceeds a limit of the service', 'See `brokerProfile`.'],
  UNSUPPORTED_BY_SERVER: ['The server does not support this', 'See `settings` for what it supports.'],
  PUBLISH_REFUSED: ['The server refused the message', ALLOWED],
  SUBSCRIBE_REFUSED: ['The server refused the subscription', ALLOWED],
  UNSUBSCRIBE_REFUSED: ['The server refused to unsubscribe', ALLOWED],
} satisfies Rows;

/** Another attempt may do better. Of a lost connection the retry policy decides. */
const PASSING = {
  OFFLINE: ['Not connected, and `offlineQueue.behavior` lets this not wait', 'Use QoS 1, or await `start()`.'],
  QUEUE_FULL: ['Too much waits to be sent', 'Await each publish, or raise `offlineQueue`.'],
  EXPIRED: ['Waited too long to be sent', 'Raise `offlineQueue.maxAgeMs`, or publish again.'],
  ACK_TIMEOUT: ['No answer in time', 'The server may have received it all the same.'],
  SESSION_LOST: ['The server lost the session', "Set `session.onLost` to 'republish' if a second copy does no harm."],
  SESSION_LOCKED: ['Another tab has the stored session', 'Give each tab its own `clientId`, or use one at a time.'],
  STORE_FAILED: ['The session store failed', 'The session goes on in memory, and does not survive the page.'],
  SOCKET_OPEN_FAILED: [
    'The WebSocket could not be opened',
    'Check address, server and certificate: a browser does not tell which it was.',
  ],
  SOCKET_CLOSED: ['The connection was lost'],
  SUBPROTOCOL_REFUSED: ['The server did not choose the subprotocol `mqtt`', ADDRESS],
  CONNECT_TIMEOUT: ['Not connected within `connectTimeoutMs`', ADDRESS],
  KEEPALIVE_TIMEOUT: ['No answer to PINGREQ within `pingTimeoutMs`'],
  MALFORMED_PACKET: ['The server sent what is not MQTT', ADDRESS],
  PROTOCOL_ERROR: ['The server broke the protocol'],
  AUTHENTICATION_FAILED: ['The authentication failed', 'See `cause`.'],
  URL_FAILED: ['The URL cannot be used', 'It begins with ws: or wss:, and a page served over https needs wss:.'],
  CONNACK_REFUSED: ['The server refused the connection', SAID],
  SERVER_DISCONNECTED: ['The server ended the connection', SAID],
  SESSION_TAKEN_OVER: ['Another client connected with the same `clientId`', 'Give each tab its own.'],
} satisfies Rows;

const ROWS: Readonly<Record<Known, Row>> = { ...PASSING, ...FINAL };

type Particulars = { readonly [Name in keyof Failure]?: Failure[Name] | undefined };

/** A failure of the table, with what is particular to this one. */
export function failure(code: Known, detail?: string, more: Particulars = {}): Failure {
  const [message, hint] = ROWS[code];
  return {
    code,
    message: detail ? `${message}: ${detail}.` : `${message}.`,
    retryable: !(code in FINAL),
    ...defined({ hint }),
    ...defined(more),
  };
}

/** The failure that a packet of the server reports with its reason code. */
export function refusedBy(
  code: Known,
  packet: Packet & { readonly reasonCode: number },
  version: ProtocolVersion,
  { disposition, hint }: Partial<Verdict> = {},
): Failure {
  const { reasonCode } = packet;
  const retryable = disposition && disposition !== 'fatal';
  return failure(code, named(packet, reasonCode, version), { reasonCode, packet, hint, retryable });
}

/** The failure of one filter of a SUBSCRIBE or UNSUBSCRIBE. */
export function filterRefused(packet: SubackPacket | UnsubackPacket, reasonCode: number, filter: string): Failure {
  const code = packet.type === 'suback' ? 'SUBSCRIBE_REFUSED' : 'UNSUBSCRIBE_REFUSED';
  return failure(code, `'${filter}', ${named(packet, reasonCode, 5)}`, { reasonCode, packet });
}

function named(packet: Packet, reasonCode: number, version: ProtocolVersion): string {
  const said = 'properties' in packet ? (packet.properties as PropertiesOf<'connack'>) : {};
  const text = `${reasonName(reasonCode, packet.type, version)} (0x${reasonCode.toString(16).padStart(2, '0')})`;
  return [text, ...[said.reasonString, said.serverReference].filter(Boolean).map((each) => `'${each}'`)].join(', ');
}
