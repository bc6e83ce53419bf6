/* What the server says once the connection is accepted: each packet to the part that it concerns. */
import type { Packet } from '@mqtide/codec';
import type { Authentication } from './authentication.ts';
import type { SessionConfig } from './config.ts';
import type { Handshake } from './handshake.ts';
import type { Inbound } from './inbound.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Outbound, Violation } from './outbound.ts';
import type { Outlet } from './outlet.ts';
import type { Sending } from './sending.ts';
import type { Subscriptions } from './subscriptions.ts';
import type { InboundAliases } from './topic-aliases.ts';

/** Whom packets may concern. */
interface Parts {
  readonly handshake: Handshake;
  readonly lifecycle: Lifecycle;
  readonly authentication: Authentication;
  readonly outbound: Outbound;
  readonly inbound: Inbound;
  readonly inboundAliases: InboundAliases;
  readonly subscriptions: Subscriptions;
  readonly sending: Sending;
  readonly outlet: Outlet;
}

/** The largest Receive Maximum there is. */
const UNLIMITED = 65_535;
const TOO_MANY = 'more QoS 1 and 2 messages at a time than `receiveMaximum`';

export class Receiving {
  readonly #parts: Parts;
  /** All that acknowledgements have as properties is Reason String and User Property [MQTT-3.1.2-29]. */
  readonly #mayNotExplain: boolean;

  constructor({ connectProperties }: SessionConfig, parts: Parts) {
    this.#parts = parts;
    this.#mayNotExplain = connectProperties?.requestProblemInformation === false;
  }

  /** Returns what the packet breaks, if it does. */
  process(packet: Packet): Violation {
    if (this.#mayNotExplain && explains(packet))
      return `properties in ${packet.type.toUpperCase()}, though \`requestProblemInformation\` is false`;
    switch (packet.type) {
      case 'publish': {
        this.#parts.outlet.received();
        const resolved = this.#parts.inboundAliases.resolve(packet);
        const reasonCode = typeof resolved === 'number' ? resolved : this.#parts.inbound.onPublish(resolved);
        // A server that does not keep to it would do the same on every connection: the next one has no limit.
        if (reasonCode === 0x93) this.#parts.handshake.receiveMaximum = UNLIMITED;
        if (reasonCode !== undefined)
          this.#parts.lifecycle.violated(reasonCode, reasonCode === 0x93 ? TOO_MANY : 'a topic alias not agreed on');
        return undefined;
      }
      case 'puback':
        return this.#thenSendMore(this.#parts.outbound.onPuback(packet));
      case 'pubrec':
        return this.#thenSendMore(this.#parts.outbound.onPubrec(packet));
      case 'pubcomp':
        return this.#thenSendMore(this.#parts.outbound.onPubcomp(packet));
      case 'pubrel':
        this.#parts.inbound.onPubrel(packet);
        return undefined;
      case 'suback':
        return this.#thenSendMore(this.#parts.subscriptions.onSuback(packet));
      case 'unsuback':
        return this.#thenSendMore(this.#parts.subscriptions.onUnsuback(packet));
      case 'pingresp':
        return undefined;
      case 'disconnect':
        this.#parts.lifecycle.onDisconnect(packet);
        return undefined;
      case 'auth':
        return this.#parts.authentication.onAuth(packet);
      default:
        // A second CONNACK [MQTT-3.2.0-2], or a client's packet.
        return `an unexpected ${packet.type.toUpperCase()}`;
    }
  }

  #thenSendMore(violation: Violation): Violation {
    if (violation === undefined) this.#parts.sending.sendMore();
    return violation;
  }
}

/** Whether an acknowledgement or an AUTH has a Reason String or a User Property. */
function explains(packet: Packet): boolean {
  if (packet.type === 'publish' || packet.type === 'disconnect' || !('properties' in packet)) return false;
  return packet.type !== 'auth' || 'reasonString' in packet.properties || 'userProperties' in packet.properties;
}
