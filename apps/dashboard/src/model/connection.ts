import type { Client, ClientEvents, ClientOptions, Message } from '@mqtide/client';
import { Changes } from './changes.ts';
import { problemOf } from './problem.ts';
import { type ConnectionSnapshot, isActive } from './status.ts';

/** As much of a client as the page uses. */
export type DashboardClient = Pick<Client, 'on' | 'publish' | 'start' | 'state' | 'stop' | 'subscribe'>;

/** Makes a client; `createClient` of `@mqtide/client`. */
export type ClientFactory = (options: ClientOptions) => DashboardClient;

const LIFECYCLE = [
  'attemptingConnect',
  'connectionSuccess',
  'connectionFailure',
  'disconnection',
  'stopped',
] as const satisfies readonly (keyof ClientEvents)[];

const NOT_CONNECTED: ConnectionSnapshot = { status: 'idle', attempt: 0, hadConnection: false };

/** The one connection of the page: a client for each time somebody presses Connect. */
export class Connection extends Changes {
  readonly #createClient: ClientFactory;
  #client: DashboardClient | undefined;
  #hadConnection = false;
  /** Called with each client when it is connected for the first time. */
  onConnected: (client: DashboardClient) => void = () => {};
  /** Called with each message. */
  onMessage: (message: Message) => void = () => {};

  constructor(createClient: ClientFactory) {
    super();
    this.#createClient = createClient;
  }

  /** The client that is connected or means to be. */
  get client(): DashboardClient | undefined {
    return this.#client !== undefined && isActive(this.#client.state.status) ? this.#client : undefined;
  }

  get snapshot(): ConnectionSnapshot {
    if (this.#client === undefined) return NOT_CONNECTED;
    const { status, attempt, nextAttemptAt, error, settings } = this.#client.state;
    return {
      status,
      // While it waits it counts the attempt that comes.
      attempt: status === 'waiting' ? attempt - 1 : attempt,
      hadConnection: this.#hadConnection,
      ...(nextAttemptAt !== undefined && { nextAttemptAt }),
      ...(error !== undefined && { problem: problemOf(error) }),
      ...(settings !== undefined && { settings }),
    };
  }

  /** Connects, and stays connected. Throws `INVALID_ARGUMENT` for options that can never work. */
  connect(options: ClientOptions): void {
    if (this.client !== undefined) return;
    const client = this.#createClient({ ...options, onUnhandledError: reportUnlessShown });
    this.#client = client;
    this.#hadConnection = false;
    const release = client.on('connectionSuccess', () => {
      release();
      this.onConnected(client);
    });
    client.on('connectionFailure', () => {
      this.#hadConnection = false;
    });
    client.on('disconnection', () => {
      this.#hadConnection = true;
    });
    for (const name of LIFECYCLE) client.on(name, () => this.#changedBy(client));
    // All messages in one place: what several subscriptions match is one row of the log.
    client.on('messageReceived', ({ message }) => this.onMessage(message));
    // How it ends is told by the events.
    client.start().catch(() => {});
    this.changed();
  }

  /** Ends the connection, or the attempts to get one. */
  disconnect(): void {
    void this.#client?.stop();
    this.changed();
  }

  #changedBy(client: DashboardClient): void {
    if (client === this.#client) this.changed();
  }
}

/** A subscription that the server took back is shown in the list; anything else is a defect of this page. */
function reportUnlessShown(error: unknown): void {
  if (problemOf(error).code !== 'SUBSCRIBE_REFUSED') reportError(error);
}
