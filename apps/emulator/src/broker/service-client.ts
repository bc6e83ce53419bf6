import { matchTopic, type Packet, type PropertiesOf, type PublishPacket } from '@mqtide/codec';
import { BrokerLink } from './broker-link.ts';

/** The user property by which the gateway tells the services which connection a request came from. */
export const CONNECTION_PROPERTY = 'mqtide-emulator-connection';

/** A message to one of the services. */
export interface ServiceMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** The connection it came from; `undefined` for a will. */
  readonly connection: string | undefined;
}

type Handler = (message: ServiceMessage) => void;

/** How the services of AWS IoT talk to the broker: as a client like any other. */
export class ServiceClient {
  readonly #handlers: { readonly filter: string; readonly handle: Handler }[] = [];
  readonly #link: BrokerLink;
  readonly #acknowledged = new Map<number, () => void>();
  #lastId = 0;
  #connected: () => void = () => {};

  static async connect(port: number, lost: () => void): Promise<ServiceClient> {
    const client = new ServiceClient(port, lost);
    await new Promise<void>((resolve) => {
      client.#connected = resolve;
    });
    return client;
  }

  private constructor(port: number, lost: () => void) {
    this.#link = new BrokerLink(port, { received: (packet) => this.#receive(packet), lost });
    const properties = { receiveMaximum: 65_535 };
    const clientId = '$mqtide-services';
    this.#link.send({
      type: 'connect',
      protocolVersion: 5,
      clientId,
      cleanStart: true,
      keepAliveSeconds: 0,
      properties,
    });
  }

  /** Resolves when the broker delivers what matches. */
  async subscribe(filter: string, handle: Handler): Promise<void> {
    this.#handlers.push({ filter, handle });
    const packetId = this.#nextId();
    await new Promise<void>((resolve) => {
      this.#acknowledged.set(packetId, resolve);
      const subscriptions = [{ filter, qos: 1, noLocal: true, retainHandling: 2 }] as const;
      this.#link.send({ type: 'subscribe', packetId, subscriptions });
    });
  }

  /** Publishes at QoS 1: bytes as they are, anything else as JSON. @throws Error for what cannot be published */
  publish(topic: string, content: object, properties?: PropertiesOf<'publish'>): void {
    const payload = content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(content));
    const packetId = this.#nextId();
    const message = { topic, payload, packetId, ...(properties === undefined ? {} : { properties }) };
    this.#link.send({ type: 'publish', qos: 1, retain: false, duplicate: false, ...message });
    this.#acknowledged.set(packetId, () => {});
  }

  close(): void {
    this.#link.send({ type: 'disconnect', reasonCode: 0 });
    this.#link.end();
  }

  #receive(packet: Packet): void {
    if (packet.type === 'connack') this.#connected();
    else if (packet.type === 'publish') this.#deliver(packet);
    else if (packet.type === 'puback' || packet.type === 'suback') {
      this.#acknowledged.get(packet.packetId)?.();
      this.#acknowledged.delete(packet.packetId);
    }
  }

  #deliver({ topic, payload, packetId, properties }: PublishPacket): void {
    if (packetId !== undefined) this.#link.send({ type: 'puback', packetId, reasonCode: 0 });
    const connection = properties?.userProperties?.find(([name]) => name === CONNECTION_PROPERTY)?.[1];
    const { handle } = this.#handlers.find(({ filter }) => matchTopic(filter, topic)) ?? {};
    handle?.({ topic, payload, connection });
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId % 65_535) + 1;
    while (this.#acknowledged.has(this.#lastId));
    return this.#lastId;
  }
}
