import type { Packet, PacketOf, PacketType } from '@mqtide/codec';
import { handleAuth, sendReauthenticated } from './authentication.ts';
import { finishConnect, handleConnect, handleDisconnect } from './connecting.ts';
import type { BrokerCore } from './core.ts';
import { handlePublish, handlePubrel } from './incoming.ts';
import { checkPacketSize } from './incoming-checks.ts';
import type { Link } from './link.ts';
import { handlePuback, handlePubcomp, handlePubrec } from './outgoing.ts';
import type { BrokerSession } from './session.ts';
import { handleSubscribe, handleUnsubscribe } from './subscribing.ts';

const UNSUPPORTED_VERSION = 0x84;

type Handler<Type extends PacketType> = (
  core: BrokerCore,
  link: Link,
  session: BrokerSession,
  packet: PacketOf<Type>,
) => void;

/** What a connected client may send; everything else is a server's. */
const HANDLERS: { readonly [Type in PacketType]?: Handler<Type> } = {
  publish: handlePublish,
  puback: (core, link, _session, packet) => handlePuback(core, link, packet),
  pubrec: (core, link, _session, packet) => handlePubrec(core, link, packet),
  pubrel: handlePubrel,
  pubcomp: (core, link, _session, packet) => handlePubcomp(core, link, packet),
  subscribe: handleSubscribe,
  unsubscribe: handleUnsubscribe,
  pingreq: (_core, link) => link.send({ type: 'pingresp' }),
  disconnect: handleDisconnect,
  auth: (core, link, _session, packet) => {
    const end = handleAuth(link, packet, core.options.authenticate);
    if (end?.isAllowed === true) sendReauthenticated(link, end.data);
    else if (end?.isAllowed === false) link.disconnect(end.reasonCode);
  },
};

/** Handles one packet of a client. */
export function receivePacket(core: BrokerCore, link: Link, packet: Packet): void {
  if (link.state === 'closed') return;
  link.lastReceivedAt = core.now();
  link.record(packet);
  const effect = core.faults.effectOn('received', packet, packet.type === 'connect' ? packet.clientId : link.clientId);
  if (effect === 'ignore') return;
  if (effect === 'closeBefore') return link.lose();
  handle(core, link, packet);
  if (effect === 'closeAfter') link.lose();
}

/** The bytes of a client are no packet. */
export function receiveMalformed(link: Link, reasonCode: number, message: string): void {
  if (link.state === 'closed') return;
  const isFirst = link.state === 'fresh';
  // Not the client's fault: a broker cannot know the versions of the future.
  if (isFirst && reasonCode === UNSUPPORTED_VERSION) {
    link.send({ type: 'connack', sessionPresent: false, reasonCode });
  } else {
    link.violated('malformed', undefined, message, reasonCode);
  }
  link.end(1000);
}

function handle(core: BrokerCore, link: Link, packet: Packet): void {
  switch (link.state) {
    case 'fresh':
      if (packet.type === 'connect') handleConnect(core, link, packet);
      else link.violated('connectFirst', packet);
      return;
    case 'authenticating':
      return handleWhileAuthenticating(core, link, packet);
    case 'connected':
      return handleWhileConnected(core, link, packet);
    default:
      link.violated('nothingAfterDisconnect', packet);
  }
}

function handleWhileAuthenticating(core: BrokerCore, link: Link, packet: Packet): void {
  if (packet.type === 'auth') {
    const end = handleAuth(link, packet, core.options.authenticate);
    if (end !== undefined) finishConnect(core, link, end);
  } else if (packet.type === 'disconnect') {
    link.state = 'disconnected';
    link.disconnectedAt = core.now();
  } else {
    link.violated('onlyAuthBeforeConnack', packet);
  }
}

function handleWhileConnected(core: BrokerCore, link: Link, packet: Packet): void {
  const { session } = link;
  if (session === undefined || !checkPacketSize(link, packet)) return;
  if (packet.type === 'connect') {
    link.violated('connectOnce', packet);
    return;
  }
  const handler = HANDLERS[packet.type] as Handler<PacketType> | undefined;
  if (handler === undefined) link.violated('serverPacket', packet);
  else handler(core, link, session, packet);
}
