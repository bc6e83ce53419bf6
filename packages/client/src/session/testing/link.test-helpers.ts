/*
 * The wire of a random walk, between a session and a model server: what is on its way, what waits in the socket, and what
 * must hold for attempts and for the packets that leave.
 */
import type { Packet, ProtocolVersion, PublishPacket } from '@mqtide/codec';
import type { SessionConfig } from '../config.ts';
import type { Action } from '../events.ts';
import type { Session } from '../session.ts';
import type { NegotiatedSettings } from '../settings.ts';
import { AliasReader } from './aliases.test-helpers.ts';
import { bytes } from './authentication.test-helpers.ts';
import type { BareEvent } from './driver.test-helpers.ts';
import { nameOf, topicOf } from './messages.test-helpers.ts';
import { ModelServer } from './model-server.test-helpers.ts';
import { SeededRandom } from './random.test-helpers.ts';
import { RedirectChecks } from './redirect-checks.test-helpers.ts';
import { randomConfig } from './walk-config.test-helpers.ts';
import { WireChecks } from './wire-checks.test-helpers.ts';

/** A PUBLISH leaves only while the socket holds no more. */
const HIGH_WATER_BYTES = 1_048_576;

export abstract class Link {
  protected readonly random: SeededRandom;
  protected readonly config: SessionConfig;
  protected abstract session: Session;
  protected readonly server: ModelServer;
  protected readonly wire: WireChecks;
  protected now = 1_000;
  protected attempt: { readonly version: ProtocolVersion; readonly since: number; isOpen: boolean } | undefined;
  protected settings: NegotiatedSettings | undefined;
  /** Nothing gets through any more, and nobody says so. */
  protected isDead = false;
  protected up: Packet[] = [];
  protected down: Packet[] = [];
  protected isClosing = false;
  /** Steps that the mechanism of authentication has not answered. */
  protected asked = 0;
  readonly #aliases = new AliasReader();
  readonly #redirects: RedirectChecks;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.config = randomConfig(this.random);
    this.server = new ModelServer(this.random);
    this.wire = new WireChecks(this.config.brokerProfile);
    this.#redirects = new RedirectChecks(this.config.redirect);
  }

  protected abstract tell(event: BareEvent): void;

  /** Bytes that wait in the socket, about. */
  protected get bufferedBytes(): number {
    return this.up.reduce((sum, packet) => sum + (packet.type === 'publish' ? packet.payload.length : 0), 0);
  }

  /** One packet gets through, or a connection comes about. */
  protected moveWire(isKind = false): void {
    const chance = (probability: number): boolean => !isKind && this.random.chance(probability);
    if (this.isClosing && this.session.status === 'stopping') {
      this.isClosing = false;
      this.tell({ type: 'closed', code: 1000, reason: '' });
    } else if (this.attempt === undefined || this.isDead) {
      return;
    } else if (!this.attempt.isOpen) {
      if (chance(0.15)) this.tell({ type: 'closed', code: 1006, reason: '' });
      else if (chance(0.1))
        this.tell({ type: 'dialFailed', failure: { code: 'URL_FAILED', message: '', retryable: true } });
      else {
        this.attempt.isOpen = true;
        this.wire.opened(this.attempt.version);
        this.tell({ type: 'opened', credentials: {} });
      }
    } else if (this.asked > 0 && this.random.chance(0.3)) {
      this.answerStep(chance(0.1));
    } else if (this.up.length > 0 && (this.down.length === 0 || this.random.chance(0.5))) {
      this.down.push(...this.server.receive(this.up.shift() as Packet));
    } else if (this.down.length > 0 && !this.#mustWait(this.down[0] as Packet)) {
      this.receive(this.down.shift() as Packet);
    }
  }

  protected receive(packet: Packet): void {
    if (packet.type === 'connack' || packet.type === 'disconnect') this.#redirects.said(packet);
    this.tell({ type: 'received', packet });
  }

  /** The mechanism of authentication takes its time. */
  protected answerStep(fails: boolean): void {
    if (this.asked === 0) return;
    this.asked -= 1;
    if (fails) {
      const failure = { code: 'AUTHENTICATION_FAILED', message: '', retryable: this.random.chance(0.5) } as const;
      this.tell({ type: 'authenticationStep', failure });
    } else this.tell({ type: 'authenticationStep', ...(this.random.chance(0.7) && { data: bytes(1) }) });
  }

  /** The connection is lost, with everything that is on its way. */
  protected cut(): void {
    this.up = [];
    this.tell({ type: 'closed', code: 1006, reason: '' });
  }

  protected starting(): void {
    if (['idle', 'stopping', 'stopped', 'failed'].includes(this.session.status)) this.#redirects.started();
  }

  protected dial({ version, host }: Action & { readonly do: 'dial' }): void {
    if (this.attempt !== undefined) throw new Error('dials while a connection is open');
    this.#redirects.dialled(host);
    this.attempt = { version, since: this.now, isOpen: false };
    this.isClosing = false;
  }

  protected askMechanism(): void {
    if (this.config.authenticationMethod === undefined) throw new Error('authenticates without a method');
    if (this.attempt?.isOpen !== true) throw new Error('authenticates without a connection');
    this.asked += 1;
    if (this.asked > 1) throw new Error('asks the mechanism twice at a time');
  }

  protected connected(settings: NegotiatedSettings): void {
    this.settings = settings;
    this.wire.connected(settings);
    this.#redirects.online();
    this.#aliases.connected(settings.topicAliasMaximum);
  }

  /** A packet goes into the socket. */
  protected put(packet: Packet): void {
    if (packet.type === 'publish') this.#checkPublish(packet);
    this.up.push(packet);
  }

  protected hangUp(): void {
    this.#redirects.ended();
    if (this.attempt === undefined) {
      // It may not have been performed yet.
      if (this.config.isDurable) return;
      throw new Error('hangs up twice');
    }
    // What was sent before still goes out, unless the connection is lost first.
    if (this.attempt.isOpen && !this.isDead && this.random.chance(0.7)) {
      for (const packet of this.up) this.server.receive(packet);
    }
    this.connectionLost();
    this.isClosing = true;
  }

  protected connectionLost(): void {
    this.server.connectionLost(this.settings !== undefined);
    this.wire.disconnected();
    this.attempt = undefined;
    this.settings = undefined;
    this.isDead = false;
    this.asked = 0;
    this.up = [];
    this.down = [];
    if (!this.server.isKind && this.random.chance(0.25)) this.server.expire();
  }

  #checkPublish(packet: PublishPacket): void {
    const name = nameOf(packet);
    if (this.#aliases.topicOf(packet) !== topicOf(name)) throw new Error(`${name} leaves with another topic`);
    const { bufferedBytes } = this;
    if (bufferedBytes > HIGH_WATER_BYTES) throw new Error(`${name} leaves while ${bufferedBytes} bytes wait`);
  }

  /** A good-bye that comes while a CONNACK is verified is looked at when that is done: these books could not tell. */
  #mustWait(packet: Packet): boolean {
    return packet.type === 'disconnect' && this.asked > 0;
  }
}
