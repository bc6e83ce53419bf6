/*
 * What a connection attempt may do after a refusal: one row for each reason code of CONNACK and of a server's
 * DISCONNECT whose answer is not simply to try again. Sections 3.2.2.2 and 3.14.2.1; for 3.1.1 section 3.2.2.3.
 */
/**
 * - `retry`: after the backoff.
 * - `fatal`: the same attempt would fail again.
 * - `newCredentials`: retry if a function provides credentials or URL, otherwise fatal.
 * - `newServer`: retry at once where `redirect` allows to go, later if a function provides the URL, otherwise fatal.
 */
export type Disposition = 'retry' | 'fatal' | 'newCredentials' | 'newServer';

/** What to do after a refusal, and what the application can do about it. */
export interface Verdict {
  readonly disposition: Disposition;
  readonly hint: string | undefined;
}

type Rows = Readonly<Record<number, readonly [Disposition, hint?: string]>>;

const WILL = 'Check `will`.';
const CLIENT_ID = 'Choose another `clientId`.';
const CREDENTIALS = 'Check `credentials`, and what the server allows this client to do.';

const ELSEWHERE = 'The server wants you elsewhere: allow that host with `redirect`, or correct `url`.';

const MOVES: Rows = { 0x9c: ['newServer', ELSEWHERE], 0x9d: ['newServer', ELSEWHERE] };

const CONNACK: Rows = {
  // 3.1.1
  1: ['fatal'],
  2: ['fatal', CLIENT_ID],
  4: ['newCredentials', CREDENTIALS],
  5: ['newCredentials', CREDENTIALS],
  // 5.0
  0x81: ['fatal'],
  0x82: ['fatal'],
  0x84: ['fatal', "Set `protocolVersion` to 'auto'."],
  0x85: ['fatal', CLIENT_ID],
  0x86: ['newCredentials', CREDENTIALS],
  0x87: ['newCredentials', CREDENTIALS],
  0x8a: ['fatal'],
  0x8c: ['fatal', 'Check `authentication`.'],
  0x90: ['fatal', WILL],
  0x95: ['fatal', WILL],
  0x99: ['fatal', WILL],
  0x9a: ['fatal', WILL],
  0x9b: ['fatal', WILL],
  ...MOVES,
};

const DISCONNECT: Rows = {
  // Coming back would throw the other one out, and so on for ever.
  0x8e: ['fatal'],
  ...MOVES,
};

const verdict = (rows: Rows, reasonCode: number): Verdict => {
  const [disposition, hint] = rows[reasonCode] ?? (['retry'] as const);
  return { disposition, hint };
};

/** What to do after a CONNACK with `reasonCode`. */
export function afterConnack(reasonCode: number): Verdict {
  return verdict(CONNACK, reasonCode);
}

/** What to do after a DISCONNECT from the server with `reasonCode`. */
export function afterDisconnect(reasonCode: number): Verdict {
  return verdict(DISCONNECT, reasonCode);
}
