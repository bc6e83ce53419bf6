import type { NegotiatedSettings, PublishOptions } from '@mqtide/client';
import type { ConnectForm } from './connect-form.ts';
import type { Problem } from './problem.ts';

/** What is wrong with which field of a form. */
export type FieldProblems<Field extends string> = { readonly [Name in Field]?: string };

/** The fields of the publish form. */
export type PublishField = 'topic' | 'payload' | 'qos' | 'retain';

/** Reason codes of CONNACK that blame one thing the form asks for: 5.0 from 0x80, below the return codes of 3.1.1. */
const CONNECT_FIELDS: Readonly<Record<number, keyof ConnectForm>> = {
  1: 'protocol',
  2: 'clientId',
  4: 'username',
  5: 'username',
  0x84: 'protocol',
  0x85: 'clientId',
  0x86: 'username',
  0x87: 'username',
};

/** Reason codes of PUBACK and PUBREC that blame one thing the form asks for. */
const PUBLISH_FIELDS: Readonly<Record<number, PublishField>> = {
  0x87: 'topic',
  0x90: 'topic',
  0x95: 'payload',
  0x99: 'payload',
};

/** Which field of the connect form made the server refuse, if it is known. */
export function connectFieldOf({ code, reasonCode }: Problem): keyof ConnectForm | undefined {
  return code === 'CONNACK_REFUSED' && reasonCode !== undefined ? CONNECT_FIELDS[reasonCode] : undefined;
}

/** Which field of the publish form caused a problem, if it is known. */
export function publishFieldOf(
  { code, reasonCode }: Problem,
  { qos = 0, retain = false }: Pick<PublishOptions, 'qos' | 'retain'>,
  settings: NegotiatedSettings | undefined,
): PublishField | undefined {
  switch (code) {
    // Any text can be a payload, and the other fields only offer what is valid.
    case 'INVALID_ARGUMENT':
      return 'topic';
    case 'PACKET_TOO_LARGE':
      return 'payload';
    case 'PUBLISH_REFUSED':
      return reasonCode === undefined ? undefined : PUBLISH_FIELDS[reasonCode];
    case 'UNSUPPORTED_BY_SERVER':
      if (settings !== undefined && qos > settings.maximumQoS) return 'qos';
      return retain ? 'retain' : undefined;
    default:
      return undefined;
  }
}
