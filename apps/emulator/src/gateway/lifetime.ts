import type { ConnectPacket } from '@mqtide/codec';
import type { Cloud } from '../cloud/cloud.ts';
import type { Principal } from '../policy/principal.ts';
import { askAuthorizer } from './authorizer.ts';
import type { DisconnectReason } from './client-link.ts';
import { type Admission, authorizerInputs, principalOf, type Upgrade } from './connecting.ts';

/** What becomes of a connection in the course of time. */
export interface LifetimeListener {
  end(reasonCode: number, reason: DisconnectReason): void;
  /** The authorizer has said anew who it is and what that allows. */
  renewed(principal: Principal): void;
}

/** Everything that happens to a connection because time passes. Valid for one connection. */
export class Lifetime {
  readonly #cloud: Cloud;
  readonly #listener: LifetimeListener;
  /** Call off what is due at a time of the cloud. */
  readonly #alarms: (() => void)[] = [];
  #keepAlive: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(cloud: Cloud, listener: LifetimeListener) {
    this.#cloud = cloud;
    this.#listener = listener;
  }

  /** The connection is let in. */
  begin(packet: ConnectPacket, upgrade: Upgrade, admission: Admission): void {
    const { switches, clock } = this.#cloud;
    const { principal, lifetimeSeconds, lifetimeReason, refreshAfterSeconds } = admission;
    const expiresAt = switches.endWithCredentials ? principal.expiresAt : undefined;
    const leftMs = expiresAt === undefined ? Number.POSITIVE_INFINITY : expiresAt - clock.now();
    const end = (): void => this.#listener.end(switches.lifetimeEnd, lifetimeReason);
    this.after(Math.min(lifetimeSeconds * 1000, leftMs), end);
    this.#refreshAfter(refreshAfterSeconds, packet, upgrade);
    this.heard(admission);
  }

  /** The client has sent something: it is given one and a half keep alives from now. */
  heard({ keepAliveSeconds }: Admission): void {
    clearTimeout(this.#keepAlive);
    const end = (): void => this.#listener.end(0x8d, 'MQTT_KEEP_ALIVE_TIMEOUT');
    this.#keepAlive = setTimeout(end, keepAliveSeconds * 1500);
  }

  /** Calls back when so much time of the cloud has passed, unless the connection has ended by then. */
  after(milliseconds: number, then: () => void): void {
    this.#alarms.push(this.#cloud.clock.after(milliseconds, then));
  }

  /** The connection has ended. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#keepAlive);
    for (const callOff of this.#alarms) callOff();
  }

  /** Asks the authorizer again, and goes on doing so: what it allowed is good for so long. */
  #refreshAfter(seconds: number | undefined, packet: ConnectPacket, upgrade: Upgrade): void {
    if (seconds !== undefined) this.after(seconds * 1000, () => void this.#refresh(packet, upgrade));
  }

  async #refresh(packet: ConnectPacket, upgrade: Upgrade): Promise<void> {
    const answer = await askAuthorizer(authorizerInputs(packet, upgrade), this.#cloud);
    if (this.#isOver) return;
    if (answer === undefined) return this.#listener.end(0x87, 'AUTH_ERROR');
    this.#listener.renewed(principalOf(answer));
    this.#refreshAfter(answer.refreshAfterInSeconds, packet, upgrade);
  }
}
