import { mergeState } from '../shadow/merge.ts';
import type { ShadowState } from '../shadow/types.ts';
import type { FakeMessenger, Published } from './fake-messenger.test-helpers.ts';

const PREFIX = '$aws/things/lamp/shadow';
type State = Record<string, unknown>;

/**
 * The shadow of the thing `lamp`, behind a `FakeMessenger`: versions, deltas, documents, conflicts, as the service has
 * them. What it publishes goes through `send`, which a test replaces to lose it or to change its order.
 */
export class ShadowService {
  state: ShadowState<State> = {};
  version = 0;
  exists = false;
  /** Whether a version is wrong where there is no shadow, as it has been seen at AWS after a deletion. */
  conflictsWhenAbsent = false;
  /** Seconds since 1970. */
  timestamp = 1;
  send: (topic: string, value: unknown) => void;
  /** Requests that were received. */
  readonly requests: Published[] = [];

  constructor(messenger: FakeMessenger) {
    this.send = (topic, value) => messenger.deliver(topic, value);
    messenger.onPublish = (published) => this.#receive(published);
  }

  /** An update by somebody else. */
  update(patch: { desired?: State | null; reported?: State | null }): void {
    const previous = this.#snapshot();
    this.state = mergeState(this.state, patch as never);
    this.version += 1;
    this.exists = true;
    this.send(`${PREFIX}/update/documents`, { previous, current: this.#snapshot(), timestamp: this.timestamp });
    const delta = this.#delta();
    if (delta !== undefined)
      this.send(`${PREFIX}/update/delta`, { state: delta, version: this.version, timestamp: this.timestamp });
  }

  /** A deletion by somebody else. */
  delete(): void {
    const { version } = this;
    this.exists = false;
    this.state = {};
    this.send(`${PREFIX}/delete/accepted`, { version, timestamp: this.timestamp, clientToken: 'theirs' });
  }

  #receive(published: Published): void {
    this.requests.push(published);
    const { topic, body } = published;
    const { clientToken } = body;
    const answer = (kind: string, document: object): void =>
      this.send(`${topic}/${kind}`, { ...document, clientToken, timestamp: this.timestamp });
    if (topic.endsWith('/get')) {
      if (this.exists) answer('accepted', { state: this.state, version: this.version });
      else answer('rejected', { code: 404, message: "No shadow exists with name: 'lamp'" });
    } else if (this.#isWrong(body['version'])) {
      answer('rejected', { code: 409, message: 'Version conflict' });
    } else {
      this.update(body['state'] as object);
      answer('accepted', { state: body['state'], version: this.version });
    }
  }

  #isWrong(version: unknown): boolean {
    return version !== undefined && (version !== this.version || (!this.exists && this.conflictsWhenAbsent));
  }

  #snapshot(): object {
    return { state: this.state, version: this.version, metadata: {} };
  }

  #delta(): State | undefined {
    const { desired = {}, reported = {} } = this.state;
    const differing = Object.entries(desired).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(reported[key]),
    );
    return differing.length === 0 ? undefined : Object.fromEntries(differing);
  }
}
