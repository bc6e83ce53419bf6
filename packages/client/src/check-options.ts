/* What is wrong with an option is said with its name. */
import { invalidArgument } from './errors.ts';

/** The names of options that are numbers. */
const IS_NUMBER = /(Ms|Seconds|Maximum)$|^max/;
/** Those of the queue that may be `Infinity`. */
const MAY_BE_ENDLESS = /^max(Age|Bytes|Operations)/;

/** Groups of options. */
const GROUPS: ReadonlySet<string> = new Set(['session', 'reconnect', 'offlineQueue', 'topicAliasing', 'limits']);

/** Whole numbers from 0; the codec checks those that are sent, and 0 milliseconds leave no time for anything. */
export function checkNumbers(part: object, path = ''): void {
  for (const [name, value] of Object.entries(part)) {
    if (path === '' && GROUPS.has(name)) checkNumbers(value, `${name}.`);
    else if (IS_NUMBER.test(name) && !isWhole(value, name.endsWith('TimeoutMs') ? 1 : 0, MAY_BE_ENDLESS.test(name)))
      throw invalidArgument(`\`${path}${name}\` is a whole number, not ${value}.`);
  }
}

export function checkHosts(hosts: readonly string[]): readonly string[] {
  if (!Array.isArray(hosts) || hosts.some((host) => typeof host !== 'string'))
    throw invalidArgument('`redirect.allow` is a list of names of hosts.');
  return hosts;
}

export function checkWord(name: string, value: unknown, allowed: readonly unknown[]): void {
  if (!allowed.includes(value))
    throw invalidArgument(`\`${name}\` is one of ${allowed.join(', ')}, not ${String(value)}.`);
}

/** Which option a field of CONNECT comes from, where it has another name. */
const FIELDS: Readonly<Record<string, string>> = {
  username: 'credentials.username',
  password: 'credentials.password',
  'properties.sessionExpiryInterval': 'session.expirySeconds',
  'properties.receiveMaximum': 'limits.receiveMaximum',
  'properties.maximumPacketSize': 'limits.maximumPacketSize',
  'properties.topicAliasMaximum': 'topicAliasing.inboundMaximum',
  'properties.authenticationMethod': 'authentication.method',
};

/** What the codec says about a CONNECT, with the name of the option. */
export function inOptions(message: string): string {
  const [, field = '', rest = ''] = /^([\w.]+)(.*)$/s.exec(message) ?? [];
  return `\`${FIELDS[field] ?? field.replace(/^properties/, 'connectProperties')}\`${rest}`;
}

function isWhole(value: unknown, least: number, mayBeEndless: boolean): boolean {
  return (
    (Number.isInteger(value) && (value as number) >= least) || (mayBeEndless && value === Number.POSITIVE_INFINITY)
  );
}
