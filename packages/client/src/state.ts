import type { Emitter } from './emitter.ts';
import type { EnginePort } from './engine.ts';
import { MqttError } from './errors.ts';
import type { ClientEvents, ClientState } from './events.ts';
import { withoutSecrets } from './redact.ts';
import type { LifecycleEvent } from './session/events.ts';
import { failure } from './session/failures.ts';
import type { NegotiatedSettings } from './session/settings.ts';

interface Deferred<Value> {
  readonly promise: Promise<Value>;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/** What the application sees of the connection: `state`, the lifecycle events, the promises of `start` and `stop`. */
export class StateKeeper {
  readonly #engine: EnginePort;
  readonly #emitter: Emitter<ClientEvents>;
  readonly #onEnd: (error: MqttError | undefined) => void;
  #current: ClientState;
  #start: Deferred<NegotiatedSettings> | undefined;
  #stop: Deferred<void> | undefined;

  /** `onEnd` is called when nothing more will be received, with the error that ended it. */
  constructor(engine: EnginePort, emitter: Emitter<ClientEvents>, onEnd: (error: MqttError | undefined) => void) {
    this.#engine = engine;
    this.#emitter = emitter;
    this.#onEnd = onEnd;
    this.#current = { status: 'idle', attempt: 0, since: 0 };
  }

  get current(): ClientState {
    return this.#current;
  }

  /** The promise of `start()`: one for all calls until `stop()` or a failure. */
  started(): Promise<NegotiatedSettings> {
    return (this.#start ??= deferred()).promise;
  }

  /** The promise of a `start()` that was given up before it began. */
  notStarted(reason: unknown): Promise<NegotiatedSettings> {
    const { promise, reject } = deferred<NegotiatedSettings>();
    reject(reason);
    return promise;
  }

  abortStart(reason: unknown): void {
    this.#start?.reject(reason);
  }

  /** The promise of `stop()`: one for all calls until it is done. */
  stopped(): Promise<void> {
    this.#endStart(new MqttError(failure('STOPPED')));
    if (this.#current.status === 'stopped') return Promise.resolve();
    return (this.#stop ??= deferred()).promise;
  }

  change(change: Pick<ClientState, 'status' | 'attempt'>, event: LifecycleEvent | undefined): void {
    const { error } = this.#current;
    const base = { ...change, since: this.#engine.now };
    if (event === undefined) {
      this.#current = { ...base, ...(change.status === 'connecting' && error && { error }) };
      return;
    }
    switch (event.type) {
      case 'connectionSuccess': {
        const { settings } = event;
        const connack = withoutSecrets(event.connack);
        this.#current = { ...base, settings };
        this.#start?.resolve(settings);
        this.#emitter.emit('connectionSuccess', { connack, settings });
        return;
      }
      case 'retryingSooner':
        this.#current = { ...this.#current, nextAttemptAt: base.since + event.willRetryInMs };
        return;
      case 'connectionFailure':
      case 'disconnection':
        this.#failed(base, event);
        return;
      case 'stopped':
        this.#current = base;
        this.#onEnd(undefined);
        this.#stop?.resolve();
        this.#stop = undefined;
        this.#emitter.emit('stopped', {});
    }
  }

  #endStart(error: MqttError): void {
    this.#start?.reject(error);
    this.#start = undefined;
  }

  #failed(base: ClientState, event: LifecycleEvent & { readonly type: 'connectionFailure' | 'disconnection' }): void {
    const { type, failure: reason, ...told } = event;
    const error = new MqttError(reason, this.#engine.version);
    const { willRetryInMs } = told;
    if ('connack' in told && told.connack) told.connack = withoutSecrets(told.connack);
    if (willRetryInMs === undefined) {
      this.#current = { ...base, error };
      this.#endStart(error);
      // While `stop()` drains, its own end follows.
      if (base.status === 'failed') this.#onEnd(error);
    } else {
      this.#current = { ...base, error, nextAttemptAt: base.since + willRetryInMs };
    }
    this.#emitter.emit(type, { error, ...told });
  }
}

function deferred<Value>(): Deferred<Value> {
  let resolve!: (value: Value) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<Value>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Whoever does not wait for it learns of a failure by the events; that is no unhandled rejection.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
