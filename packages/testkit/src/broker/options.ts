import type { ConnectPacket, ProtocolVersion, PropertiesOf, PublishPacket, SubscriptionRequest } from '@mqtide/codec';
import type { Authenticator } from './authentication.ts';

/**
 * What the broker's owner decides. Each is asked before the broker acts, and answers with a reason code, or with
 * undefined for what an honest broker does anyway.
 */
export interface BrokerDecisions {
  /** A code other than 0 refuses the connection: from 0x80 in 5.0, from 1 to 5 in 3.1.1. */
  connect?(packet: ConnectPacket): number | undefined;
  /** From 0x80 the message is refused. Asked with the topic in place of an alias. In 3.1.1 it is only not passed on. */
  publish?(packet: PublishPacket, clientId: string): number | undefined;
  /** The QoS to grant, or from 0x80 a refusal. */
  subscribe?(request: SubscriptionRequest, clientId: string): number | undefined;
  /** From 0x80 the subscription stays. 5.0 only. */
  unsubscribe?(filter: string, clientId: string): number | undefined;
}

/** How a broker behaves. */
export interface BrokerOptions {
  /** The time in milliseconds. @default the platform's `performance.now` */
  readonly now?: () => number;
  /** Versions that it speaks. @default [4, 5] */
  readonly versions?: readonly ProtocolVersion[];
  /**
   * Properties of every successful CONNACK of 5.0, or a function that is asked for each. What they limit is enforced: a
   * client that goes beyond is disconnected and remembered in the violations.
   */
  readonly connack?: PropertiesOf<'connack'> | ((connect: ConnectPacket) => PropertiesOf<'connack'>);
  readonly decide?: BrokerDecisions;
  /** Enhanced authentication, 5.0 only; without it every method is refused. */
  readonly authenticate?: Authenticator;
  /** Whether a message that matches several subscriptions of a client comes once or for each. @default 'once' */
  readonly overlapping?: 'once' | 'each';
  /** Whether to use the topic aliases that a client allows. @default true */
  readonly topicAliases?: boolean;
  /** Whether `traffic` keeps every packet; a long walk has no use for it. @default true */
  readonly recordTraffic?: boolean;
}
