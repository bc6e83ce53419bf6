import type { NegotiatedSettings } from '@mqtide/client';
import { count, size } from './words.ts';

/** A line of what client and server agreed on. */
export interface SettingRow {
  readonly name: string;
  readonly value: string;
}

const FOR_EVER = 0xffff_ffff;
/** Bytes of the largest packet there can be: the server set no limit of its own. */
const LARGEST_PACKET = 268_435_460;

const yesNo = (value: boolean): string => (value ? 'Yes' : 'No');
const seconds = (value: number): string => `${count(value)} s`;

/** The order is the order on the page; a row without a value is left out. */
const ROWS: readonly (readonly [name: string, value: (settings: NegotiatedSettings) => string | undefined])[] = [
  ['Protocol', (settings) => protocolName(settings)],
  ['Client id', (settings) => settings.clientId],
  ['Session', (settings) => (settings.rejoinedSession ? 'Rejoined' : 'New')],
  ['Session expiry', (settings) => sessionExpiry(settings.sessionExpirySeconds)],
  ['Keep alive', (settings) => (settings.keepAliveSeconds === 0 ? 'Off' : seconds(settings.keepAliveSeconds))],
  ['Maximum QoS', (settings) => String(settings.maximumQoS)],
  ['Receive maximum', (settings) => count(settings.receiveMaximum)],
  ['Maximum packet size', ({ maximumPacketSize: maximum }) => (maximum >= LARGEST_PACKET ? 'No limit' : size(maximum))],
  ['Topic alias maximum', (settings) => count(settings.topicAliasMaximum)],
  ['Retained messages', (settings) => yesNo(settings.retainAvailable)],
  ['Wildcard subscriptions', (settings) => yesNo(settings.wildcardSubscriptionsAvailable)],
  ['Shared subscriptions', (settings) => yesNo(settings.sharedSubscriptionsAvailable)],
  ['Subscription ids', (settings) => yesNo(settings.subscriptionIdentifiersAvailable)],
  ['Response information', (settings) => settings.responseInformation],
  ['Server reference', (settings) => settings.serverReference],
];

/** What was negotiated, in words. */
export function settingRows(settings: NegotiatedSettings): SettingRow[] {
  return ROWS.flatMap(([name, read]) => {
    const value = read(settings);
    return value === undefined ? [] : [{ name, value }];
  });
}

/** `MQTT 5.0` or `MQTT 3.1.1` */
export function protocolName({ protocolVersion }: Pick<NegotiatedSettings, 'protocolVersion'>): string {
  return protocolVersion === 5 ? 'MQTT 5.0' : 'MQTT 3.1.1';
}

function sessionExpiry(expirySeconds: number): string {
  if (expirySeconds === 0) return 'Ends with the connection';
  return expirySeconds === FOR_EVER ? 'Never' : `${seconds(expirySeconds)} after the connection`;
}
