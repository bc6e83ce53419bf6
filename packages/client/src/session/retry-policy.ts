/*
 * What a connection attempt may do after a refusal: one row for each reason code of CONNACK and of a server's
 * DISCONNECT whose answer is not simply to try again. Sections 3.2.2.2 and 3.14.2.1; for 3.1.1 section 3.2.2.3.
 */
import type { ProtocolVersion } from '@mqtide/codec';

/**
 * - `retry`: after the backoff.
 * - `fatal`: the same attempt would fail again.
 * - `newCredentials`: retry if a function provides credentials or URL, otherwise fatal.
 * - `newServer`: retry if a function provides the URL, otherwise fatal.
 */
export type Disposition = 'retry' | 'fatal' | 'newCredentials' | 'newServer';

interface Row {
  readonly disposition: Disposition;
  readonly hint: string;
}

const CONNACK_5: Readonly<Record<number, Row>> = {
  0x81: { disposition: 'fatal', hint: 'The server could not read the CONNECT. Is it an MQTT 5 server?' },
  0x82: {
    disposition: 'fatal',
    hint: 'The server found the CONNECT against the protocol. Check `will` and `connectProperties`.',
  },
  0x84: { disposition: 'fatal', hint: "Set `protocolVersion` to 4 or 'auto'." },
  0x85: { disposition: 'fatal', hint: 'Choose another `clientId`.' },
  0x86: { disposition: 'newCredentials', hint: 'Check `credentials`.' },
  0x87: { disposition: 'newCredentials', hint: 'Check `credentials` and what the server allows this client to do.' },
  0x8a: { disposition: 'fatal', hint: 'The server has banned this client.' },
  0x8c: { disposition: 'fatal', hint: 'Check `authentication`: the server does not know the method.' },
  0x90: { disposition: 'fatal', hint: 'Check the topic of `will`.' },
  0x95: { disposition: 'fatal', hint: 'The CONNECT is larger than the server accepts. Is the will too large?' },
  0x99: { disposition: 'fatal', hint: 'Check `payloadFormatIndicator` and payload of `will`.' },
  0x9a: { disposition: 'fatal', hint: 'The server keeps no retained messages: set `retain: false` in `will`.' },
  0x9b: { disposition: 'fatal', hint: 'The server supports a lower QoS only: lower `qos` in `will`.' },
  0x9c: { disposition: 'newServer', hint: 'The server asks to use another one: see `serverReference` in the packet.' },
  0x9d: { disposition: 'newServer', hint: 'The server has moved: see `serverReference` in the packet.' },
};

const CONNACK_3: Readonly<Record<number, Row>> = {
  1: { disposition: 'fatal', hint: 'The server does not speak MQTT 3.1.1.' },
  2: { disposition: 'fatal', hint: 'Choose another `clientId`.' },
  4: { disposition: 'newCredentials', hint: 'Check `credentials`.' },
  5: { disposition: 'newCredentials', hint: 'Check `credentials` and what the server allows this client to do.' },
};

const DISCONNECT: Readonly<Record<number, Row>> = {
  // Coming back would throw the other one out, and so on for ever.
  0x8e: {
    disposition: 'fatal',
    hint: 'Another client connected with the same `clientId`. Give each tab its own, or share one connection.',
  },
  0x9c: CONNACK_5[0x9c] as Row,
  0x9d: CONNACK_5[0x9d] as Row,
};

const RETRY: Row = { disposition: 'retry', hint: 'The client tries again by itself.' };

/** What to do after a CONNACK with `reasonCode`. */
export function afterConnack(reasonCode: number, version: ProtocolVersion): Row {
  return (version === 5 ? CONNACK_5 : CONNACK_3)[reasonCode] ?? RETRY;
}

/** What to do after a DISCONNECT from the server with `reasonCode`. */
export function afterDisconnect(reasonCode: number): Row {
  return DISCONNECT[reasonCode] ?? RETRY;
}
