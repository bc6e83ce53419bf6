import type { ClientOptions } from '@mqtide/client';
import { addressProblem } from './address.ts';
import type { FieldProblems } from './field-problems.ts';
import type { Preset } from './presets.ts';

/** What the connect form holds, as its fields hold it. */
export interface ConnectForm {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** `auto`, `5`, or `4`, which is MQTT 3.1.1. */
  readonly protocol: string;
  /** Empty for a random one. */
  readonly clientId: string;
  readonly keepAliveSeconds: string;
  /** `rejoin` after a lost connection, or `clean` with every connection. */
  readonly session: string;
}

/** Finds what can be known to be wrong before anything is sent. A preset has an address of its own. */
export function checkConnectForm(form: ConnectForm, preset?: Preset): FieldProblems<keyof ConnectForm> {
  const url = preset === undefined ? addressProblem(form.url) : undefined;
  const needsUsername = preset === undefined && form.protocol === '4' && form.password !== '' && form.username === '';
  return {
    ...(url !== undefined && { url }),
    ...(!isKeepAlive(form.keepAliveSeconds) && {
      keepAliveSeconds: 'Enter a whole number of seconds from 0 to 65,535. 0 switches it off.',
    }),
    ...(needsUsername && { username: 'MQTT 3.1.1 sends a password only together with a user name.' }),
  };
}

/** The options of a client for a form without problems. What is left empty keeps the client's default. */
export function clientOptions(form: ConnectForm, preset?: Preset): ClientOptions {
  const { url, username, password, clientId } = form;
  return {
    url: url.trim(),
    protocolVersion: protocolVersion(form.protocol),
    ...(clientId !== '' && { clientId }),
    credentials: { ...(username !== '' && { username }), ...(password !== '' && { password }) },
    keepAliveSeconds: Number(form.keepAliveSeconds),
    // To rejoin is the client's default, except in 3.1.1 without a client id, where nothing could be rejoined.
    ...(form.session === 'clean' && { session: { behavior: 'clean' } }),
    ...(preset !== undefined && { credentials: {}, ...preset.options() }),
  };
}

function isKeepAlive(text: string): boolean {
  return /^\d{1,5}$/.test(text.trim()) && Number(text) <= 65_535;
}

function protocolVersion(protocol: string): 4 | 5 | 'auto' {
  if (protocol === '4') return 4;
  return protocol === '5' ? 5 : 'auto';
}
