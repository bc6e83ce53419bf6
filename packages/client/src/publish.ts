import { type AckPacket, type PropertiesOf, type QoS, reasonName, validateTopicName } from '@mqtide/codec';
import { invalidArgument } from './errors.ts';
import type { Answer, OperationOptions } from './operations.ts';
import { type Payload, payloadBytes } from './payload.ts';
import { checkPacket, checkQoS, checkTimeout, checkTopic } from './rules.ts';
import { defined } from './session/defined.ts';
import type { OutgoingMessage } from './session/events.ts';

/** Options of `publish`. */
export interface PublishOptions extends OperationOptions {
  /** @default 0 */
  readonly qos?: QoS;
  /** Whether the server keeps the message for later subscribers. An empty payload deletes what it keeps. @default false */
  readonly retain?: boolean;
  /**
   * MQTT 5 properties, section 3.3.2.3; those of a received message can be passed on. On a 3.1.1 connection they fail with
   * `UNSUPPORTED_BY_SERVER`. `topicAlias` needs `topicAliasing.outbound: 'manual'`.
   */
  readonly properties?: Omit<PropertiesOf<'publish'>, 'subscriptionIdentifier'>;
}

/** How a publish ended. */
export type PublishResult =
  /** The message was handed to the socket; nobody will say whether it arrived. */
  | { readonly qos: 0 }
  | {
      readonly qos: 1 | 2;
      /** 0, or 0x10: nobody is subscribed. Always 0 in 3.1.1. */
      readonly reasonCode: number;
      readonly reasonName: string;
      readonly reasonString?: string;
      readonly userProperties?: readonly (readonly [name: string, value: string])[];
    };

/** Checks the arguments of `publish`. Throws `INVALID_ARGUMENT`. */
export class MessageCheck {
  readonly #mayAlias: boolean;
  /** Applications publish to the same topic again and again. At first it is what nothing is equal to. */
  #lastGoodTopic: unknown = Number.NaN;

  constructor(mayAlias: boolean) {
    this.#mayAlias = mayAlias;
  }

  /** `isReady`: a message of QoS 0 is in the batch before `publish` returns. */
  message(topic: string, payload: Payload, options: PublishOptions, isReady = false): OutgoingMessage {
    const { qos = 0, retain = false, timeoutMs } = options;
    checkTimeout(timeoutMs);
    if (topic !== this.#lastGoodTopic) {
      checkTopic('topic', topic, validateTopicName);
      this.#lastGoodTopic = topic;
    }
    if (qos !== 0) checkQoS(qos, 'qos');
    const bytes = payloadBytes(payload, isReady && qos === 0);
    const properties = options.properties && ownProperties(options.properties);
    if (properties === undefined) return { topic, payload: bytes, qos, retain };
    const message = { topic, payload: bytes, qos, retain, properties };
    if (properties.topicAlias !== undefined && !this.#mayAlias)
      throw invalidArgument("`topicAlias` needs `topicAliasing.outbound: 'manual'`");
    checkPacket({ ...message, type: 'publish', qos: 0, duplicate: false }, 5);
    return message;
  }
}

/** Those of a message that was received tell of its subscriptions [MQTT-3.3.4-6], and in 3.1.1 there are none. */
function ownProperties(properties: PropertiesOf<'publish'>): PublishOptions['properties'] {
  const { subscriptionIdentifier: _, ...own } = properties;
  return Object.keys(own).length > 0 ? own : undefined;
}

const HANDED_OVER: PublishResult = Object.freeze({ qos: 0 });
const SUCCESS = {
  puback: Object.freeze({ qos: 1, reasonCode: 0, reasonName: 'Success' }),
  pubrec: Object.freeze({ qos: 2, reasonCode: 0, reasonName: 'Success' }),
} as const satisfies Record<string, PublishResult>;

/** Reads the acknowledgement of a publish that succeeded. Nearly all are equal, and share one object. */
export function publishResult(packet: Answer): PublishResult {
  if (packet === undefined) return HANDED_OVER;
  const { reasonCode, properties, type } = packet as AckPacket & { readonly type: keyof typeof SUCCESS };
  const success = SUCCESS[type];
  if (reasonCode === 0 && properties === undefined) return success;
  const { reasonString, userProperties } = properties ?? {};
  return {
    ...success,
    reasonCode,
    reasonName: reasonName(reasonCode, type),
    ...defined({ reasonString, userProperties }),
  };
}
