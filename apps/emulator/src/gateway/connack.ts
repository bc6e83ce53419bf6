import type { ConnackPacket, ConnectPacket } from '@mqtide/codec';
import type { Limits } from '../limits.ts';
import type { Admission } from './connecting.ts';

/** The CONNACK of 5.0 with everything that IoT Core says in it. */
export function connackOf(
  packet: ConnectPacket,
  { keepAliveSeconds, sessionExpirySeconds, isAssigned, clientId }: Admission,
  sessionPresent: boolean,
  limits: Limits,
): ConnackPacket {
  const askedExpiry = packet.properties?.sessionExpiryInterval ?? 0;
  return {
    type: 'connack',
    sessionPresent,
    reasonCode: 0,
    properties: {
      receiveMaximum: Math.min(limits.receiveMaximum, 65_535),
      maximumQoS: 1,
      retainAvailable: true,
      ...(limits.packetBytes === Number.POSITIVE_INFINITY ? {} : { maximumPacketSize: limits.packetBytes }),
      topicAliasMaximum: Math.min(limits.topicAliasMaximum, 65_535),
      wildcardSubscriptionAvailable: true,
      subscriptionIdentifierAvailable: false,
      sharedSubscriptionAvailable: true,
      ...(keepAliveSeconds === packet.keepAliveSeconds ? {} : { serverKeepAlive: keepAliveSeconds }),
      ...(sessionExpirySeconds === askedExpiry ? {} : { sessionExpiryInterval: sessionExpirySeconds }),
      ...(isAssigned ? { assignedClientIdentifier: clientId } : {}),
    },
  };
}
