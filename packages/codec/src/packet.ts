import type { PropertiesOf, WillProperties } from './properties.ts';

/** MQTT version: `4` is 3.1.1, `5` is 5.0. These are the values of the Protocol Version field, section 3.1.2.2. */
export type ProtocolVersion = 4 | 5;

/** Quality of service, section 4.3. */
export type QoS = 0 | 1 | 2;

/** The will message of a CONNECT, section 3.1.2.5. */
export interface Will {
  readonly topic: string;
  /** May be empty. At most 65,535 bytes. */
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  /** 5.0 only. */
  readonly properties?: WillProperties;
}

/** Section 3.1. The first packet on a connection, from client to server. */
export interface ConnectPacket {
  readonly type: 'connect';
  readonly protocolVersion: ProtocolVersion;
  /** May be empty: the server then assigns one. */
  readonly clientId: string;
  /** Clean Start in 5.0, Clean Session in 3.1.1. */
  readonly cleanStart: boolean;
  readonly keepAliveSeconds: number;
  readonly will?: Will;
  readonly username?: string;
  readonly password?: Uint8Array;
  readonly properties?: PropertiesOf<'connect'>;
}

/** Section 3.2. The server's answer to CONNECT. */
export interface ConnackPacket {
  readonly type: 'connack';
  readonly sessionPresent: boolean;
  /** 5.0: a connect reason code. 3.1.1: a return code from 0 to 5. */
  readonly reasonCode: number;
  readonly properties?: PropertiesOf<'connack'>;
}

/** Section 3.3. */
export interface PublishPacket {
  readonly type: 'publish';
  /** Empty only with a topic alias. */
  readonly topic: string;
  /** Owned by whoever holds the packet: a decoded payload never changes later. */
  readonly payload: Uint8Array;
  readonly qos: QoS;
  readonly retain: boolean;
  /** DUP: this very packet is sent again. */
  readonly duplicate: boolean;
  /** From 1 to 65,535 with QoS 1 and 2; absent with QoS 0. */
  readonly packetId?: number;
  readonly properties?: PropertiesOf<'publish'>;
}

export type AckType = 'puback' | 'pubrec' | 'pubrel' | 'pubcomp';

/** Sections 3.4 to 3.7: PUBACK, PUBREC, PUBREL and PUBCOMP, which share one layout. */
export interface AckPacket<Type extends AckType = AckType> {
  readonly type: Type;
  readonly packetId: number;
  /** Always 0 in 3.1.1. */
  readonly reasonCode: number;
  /** The same in all four. */
  readonly properties?: PropertiesOf<'puback'>;
}

export type PubackPacket = AckPacket<'puback'>;
export type PubrecPacket = AckPacket<'pubrec'>;
export type PubrelPacket = AckPacket<'pubrel'>;
export type PubcompPacket = AckPacket<'pubcomp'>;

/** One topic filter of a SUBSCRIBE with its options, section 3.8.3.1. All but `qos` are 5.0 only. */
export interface SubscriptionRequest {
  readonly filter: string;
  readonly qos: QoS;
  readonly noLocal?: boolean;
  readonly retainAsPublished?: boolean;
  readonly retainHandling?: 0 | 1 | 2;
}

/** Section 3.8. */
export interface SubscribePacket {
  readonly type: 'subscribe';
  readonly packetId: number;
  /** At least one. */
  readonly subscriptions: readonly SubscriptionRequest[];
  readonly properties?: PropertiesOf<'subscribe'>;
}

/** Section 3.9. */
export interface SubackPacket {
  readonly type: 'suback';
  readonly packetId: number;
  /** One for each filter, in the order of the filters. */
  readonly reasonCodes: readonly number[];
  readonly properties?: PropertiesOf<'suback'>;
}

/** Section 3.10. */
export interface UnsubscribePacket {
  readonly type: 'unsubscribe';
  readonly packetId: number;
  /** At least one. */
  readonly filters: readonly string[];
  readonly properties?: PropertiesOf<'unsubscribe'>;
}

/** Section 3.11. */
export interface UnsubackPacket {
  readonly type: 'unsuback';
  readonly packetId: number;
  /** 5.0: one for each filter, in order. 3.1.1: empty. */
  readonly reasonCodes: readonly number[];
  readonly properties?: PropertiesOf<'unsuback'>;
}

/** Section 3.12. */
export interface PingreqPacket {
  readonly type: 'pingreq';
}

/** Section 3.13. */
export interface PingrespPacket {
  readonly type: 'pingresp';
}

/** Section 3.14. In 3.1.1 only from client to server and without a reason code. */
export interface DisconnectPacket {
  readonly type: 'disconnect';
  /** Always 0 in 3.1.1. */
  readonly reasonCode: number;
  readonly properties?: PropertiesOf<'disconnect'>;
}

/** Section 3.15. 5.0 only. */
export interface AuthPacket {
  readonly type: 'auth';
  readonly reasonCode: number;
  readonly properties?: PropertiesOf<'auth'>;
}

/** Every MQTT control packet, told apart by `type`. */
export type Packet =
  | ConnectPacket
  | ConnackPacket
  | PublishPacket
  | PubackPacket
  | PubrecPacket
  | PubrelPacket
  | PubcompPacket
  | SubscribePacket
  | SubackPacket
  | UnsubscribePacket
  | UnsubackPacket
  | PingreqPacket
  | PingrespPacket
  | DisconnectPacket
  | AuthPacket;

export type PacketType = Packet['type'];

/** The packet with a given `type`. */
export type PacketOf<Type extends PacketType> = Extract<Packet, { readonly type: Type }>;

/** A packet while it is read. */
export type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
