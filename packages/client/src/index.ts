import { Client } from './client.ts';
import { Engine } from './engine.ts';
import { SystemClock } from './io/clock.ts';
import { PlatformPageLifecycle } from './io/page-lifecycle.ts';
import { WebSocketTransport } from './io/websocket.ts';
import type { ClientOptions } from './options.ts';

/**
 * Makes a client. It does nothing before `start()`: no socket, no timer.
 *
 * Throws `INVALID_ARGUMENT` for options that can never work.
 */
export function createClient(options: ClientOptions): Client {
  const ports = {
    transport: new WebSocketTransport(options.webSocket),
    clock: new SystemClock(),
    page: new PlatformPageLifecycle(),
  };
  return new Client(options, ports.page, (config, hooks) => new Engine(config, ports, hooks, options.session?.store));
}

export type { Authentication, AuthenticationExchange } from './authentication.ts';
export type { Client } from './client.ts';
export type { ProtocolVersion, QoS } from '@mqtide/codec';
export { MqttError, type ErrorCode } from './errors.ts';
export type { ClientEvents, ClientState } from './events.ts';
export type { WebSocketConstructor, WebSocketLike } from './io/websocket.ts';
export type { TrafficStatistics } from './engine/traffic.ts';
export type { Logger } from './logger.ts';
export type { Message } from './message.ts';
export type { OperationOptions } from './operations.ts';
export type { AttemptContext, ClientOptions, CredentialsOptions, SessionOptions, WillOptions } from './options.ts';
export type { JsonObject, JsonValue, Payload } from './payload.ts';
export {
  type ContextManager,
  type Propagator,
  type TextMapGetter,
  type TextMapSetter,
  type UserProperties,
  userPropertyGetter,
} from './propagator.ts';
export type { PublishOptions, PublishResult } from './publish.ts';
export type { BrokerProfile, TopicExemption } from './session/broker-profile.ts';
export type { RequestHandler, RequestManyOptions, RequestOptions } from './request.ts';
export type {
  OfflineBehavior,
  OfflineQueuePolicy,
  ReconnectPolicy,
  SessionBehavior,
  SessionLossPolicy,
  TopicAliasPolicy,
} from './session/config.ts';
export type { ConnectionStatus } from './session/events.ts';
export type { NegotiatedSettings } from './session/settings.ts';
export type { Causes, ClientStatistics } from './statistics.ts';
export type { StopOptions } from './stop-options.ts';
export type { FilterOptions, SubscribeOptions, SubscriptionGroup } from './subscribe.ts';
export type { OverflowPolicy } from './message-buffer.ts';
export type { AcknowledgeMode, MessageHandler, Subscription } from './subscription.ts';
export type { Warning, WarningCode } from './warning.ts';
