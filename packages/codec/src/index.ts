export { Decoder, type DecoderOptions } from './decoder.ts';
export { ServerDecoder, type ServerDecoderOptions } from './server-decoder.ts';
export { encode, encodeInto, packetSize } from './encode.ts';
export { InvalidPacketError, MalformedPacketError } from './errors.ts';
export type {
  AckPacket,
  AckType,
  AuthPacket,
  ConnackPacket,
  ConnectPacket,
  DisconnectPacket,
  Packet,
  PacketOf,
  PacketType,
  PingreqPacket,
  PingrespPacket,
  ProtocolVersion,
  PubackPacket,
  PubcompPacket,
  PublishPacket,
  PubrecPacket,
  PubrelPacket,
  QoS,
  SubackPacket,
  SubscribePacket,
  SubscriptionRequest,
  UnsubackPacket,
  UnsubscribePacket,
  Will,
} from './packet.ts';
export {
  PROPERTIES,
  type PropertiesOf,
  type PropertyHost,
  type PropertyName,
  type WillProperties,
} from './properties.ts';
export { isError, REASON_CODES, type ReasonCodeSpec, type ReasonHost, reasonName } from './reason-codes.ts';
export type { Sender } from './sender.ts';
export {
  isSharedFilter,
  matchTopic,
  parseSharedFilter,
  type SharedFilter,
  validateTopicFilter,
  validateTopicName,
} from './topic.ts';
export { Writer } from './writer.ts';
