import type { ConnectPacket } from '@mqtide/codec';
import type { Limits } from '../limits.ts';
import type { Admission } from './connecting.ts';
import { sessionName } from './session-record.ts';

/** The CONNECT to the broker, in 5.0 whatever the client speaks. The gateway itself watches the client's keep alive. */
export function brokerConnect(packet: ConnectPacket, admission: Admission, limits: Limits): ConnectPacket {
  const { protocolVersion, cleanStart, will, properties = {} } = packet;
  return {
    type: 'connect',
    protocolVersion: 5,
    clientId: sessionName(protocolVersion, admission.clientId),
    cleanStart,
    keepAliveSeconds: 0,
    ...(will === undefined ? {} : { will }),
    properties: {
      sessionExpiryInterval: admission.sessionExpirySeconds,
      receiveMaximum: windowOf(packet, limits),
      ...(properties.maximumPacketSize === undefined ? {} : { maximumPacketSize: properties.maximumPacketSize }),
    },
  };
}

/** How many deliveries of QoS 1 may be unacknowledged. */
export function windowOf({ properties = {} }: ConnectPacket, { receiveMaximum }: Limits): number {
  return Math.min(properties.receiveMaximum ?? 65_535, receiveMaximum, 65_535);
}
