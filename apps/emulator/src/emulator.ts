import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AdminEndpoint } from './admin/admin-endpoint.ts';
import { ServiceClient } from './broker/service-client.ts';
import { Cloud, type CloudOptions } from './cloud/cloud.ts';
import { CognitoEndpoint } from './cognito/cognito-endpoint.ts';
import { Identities } from './cognito/identities.ts';
import { CommandsService } from './commands/commands-service.ts';
import { Gateway, type Presence } from './gateway/gateway.ts';
import { JobsService } from './jobs/jobs-service.ts';
import { ProvisioningService } from './provisioning/provisioning-service.ts';
import { Outbox } from './services/outbox.ts';
import { ShadowService } from './shadow/shadow-service.ts';

/** Options of the emulator. */
export interface EmulatorOptions extends CloudOptions {
  /** Where mosquitto listens for MQTT over TCP, on 127.0.0.1. */
  readonly brokerPort: number;
  /** Where to listen, on 127.0.0.1. @default any free port */
  readonly port?: number;
}

/**
 * AWS IoT Core and Cognito Identity in front of a real broker, on one port of the loopback interface: `/mqtt` over
 * WebSocket, Cognito at `POST /`, and `/admin/…` for what one does in the console of AWS.
 */
export class Emulator {
  readonly cloud: Cloud;
  readonly identities: Identities;
  readonly gateway: Gateway;
  readonly jobs: JobsService;
  readonly commands: CommandsService;
  readonly provisioning: ProvisioningService;
  readonly #server: Server;
  readonly #services: ServiceClient;
  readonly #shadows: ShadowService;

  /** Starts it, once the broker answers. */
  static async start({ brokerPort, port = 0, ...options }: EmulatorOptions): Promise<Emulator> {
    const services = await ServiceClient.connect(brokerPort, () => {});
    const server = createServer();
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const emulator = new Emulator(server, services, brokerPort, new Cloud(options));
    await emulator.#startServices();
    return emulator;
  }

  private constructor(server: Server, services: ServiceClient, brokerPort: number, cloud: Cloud) {
    this.cloud = cloud;
    this.#server = server;
    this.#services = services;
    this.identities = new Identities(cloud);
    this.gateway = new Gateway(cloud, brokerPort, (presence) => this.#tellPresence(presence));
    const outbox = new Outbox(services, cloud.faults, this.gateway.dice);
    this.#shadows = new ShadowService(cloud, outbox);
    // Answers of these two go to the connection that asked: those of Jobs even where it is not subscribed.
    this.jobs = new JobsService(cloud, outbox, (id, topic, payload) => this.gateway.deliver(id, topic, payload, true));
    this.provisioning = new ProvisioningService(cloud, (id, topic, payload) =>
      this.gateway.deliver(id, topic, payload, false),
    );
    this.commands = new CommandsService(cloud, outbox, (id) => this.gateway.clientIdOf(id));
    const cognito = new CognitoEndpoint(cloud, this.identities);
    const admin = new AdminEndpoint(this);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (request.url?.startsWith('/mqtt')) {
        response.writeHead(426, { upgrade: 'websocket' }).end();
        return;
      }
      const endpoint = request.url?.startsWith('/admin/') ? admin : cognito;
      // A request that is cut off has nobody to be answered.
      endpoint.handle(request, response).catch(() => response.destroy());
    });
    server.on('upgrade', (request, socket, head) => this.gateway.upgrade(request, socket, head));
  }

  /** Host and port, as an endpoint is given to a client. */
  get endpoint(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Where Cognito and the admin API are, without a slash at the end. */
  get httpUrl(): string {
    return `http://${this.endpoint}`;
  }

  /** Ends it and everything that is connected. */
  async dispose(): Promise<void> {
    this.gateway.close();
    this.cloud.clock.stop();
    this.#services.close();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #startServices(): Promise<void> {
    for (const service of [this.#shadows, this.jobs, this.commands, this.provisioning])
      await service.start(this.#services);
  }

  #tellPresence({ event, clientId, principalId, sessionIdentifier, version, reason }: Presence): void {
    if (/[#+]/.test(clientId)) return;
    this.#services.publish(`$aws/events/presence/${event}/${clientId}`, {
      clientId,
      timestamp: this.cloud.clock.now(),
      eventType: event,
      sessionIdentifier,
      principalIdentifier: principalId,
      versionNumber: version,
      ...(reason === undefined
        ? { ipAddress: '127.0.0.1' }
        : {
            clientInitiatedDisconnect: reason === 'CLIENT_INITIATED_DISCONNECT',
            disconnectReason: reason,
          }),
    });
  }
}
