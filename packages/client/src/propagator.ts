/*
 * Trace context over the user properties of MQTT 5. The interfaces are those of OpenTelemetry's API, so that its
 * `propagation` and `context` fit; neither is depended on.
 */
import type { PublishPacket } from '@mqtide/codec';
import type { PublishOptions } from './publish.ts';

/** What carries a trace context: the user properties of a message. */
export type UserProperties = readonly (readonly [name: string, value: string])[];

/** Writes into a carrier. */
export interface TextMapSetter {
  set(carrier: UserProperties, key: string, value: string): void;
}

/** Reads a carrier. */
export interface TextMapGetter {
  keys(carrier: UserProperties): string[];
  get(carrier: UserProperties, key: string): string | string[] | undefined;
}

/** Puts a trace context into user properties, and takes it out: a `TextMapPropagator` of OpenTelemetry. */
export interface Propagator {
  inject(context: unknown, carrier: UserProperties, setter: TextMapSetter): void;
  extract(context: unknown, carrier: UserProperties, getter: TextMapGetter): unknown;
}

/** Knows the context that code runs in: `context` of OpenTelemetry's API. */
export interface ContextManager {
  active(): unknown;
  with(context: unknown, run: () => void): unknown;
}

type Mutable = [name: string, value: string][];

/** Sets a user property: one with the name is replaced. */
const setter: TextMapSetter = {
  set(carrier, key, value) {
    const properties = carrier as Mutable;
    const known = properties.findIndex(([name]) => name === key);
    properties.splice(known < 0 ? properties.length : known, 1, [key, String(value)]);
  },
};

/**
 * Reads user properties. Handlers run in the context of their message; whoever iterates extracts it with
 * `propagator.extract(context, message.properties.userProperties ?? [], userPropertyGetter)`.
 */
export const userPropertyGetter: TextMapGetter = {
  keys: (carrier) => carrier.map(([name]) => name),
  get(carrier, key) {
    const values = carrier.filter(([name]) => name === key).map(([, value]) => value);
    return values.length > 1 ? values : values[0];
  },
};

const NO_CONTEXT: ContextManager = { active: () => undefined, with: (_, run) => run() };

/** Traces messages with what the application gave. What that throws is reported, and the message goes its way. */
export class Tracing {
  readonly #propagator: Propagator;
  readonly #contexts: ContextManager;
  readonly #report: (error: unknown) => void;

  constructor(propagator: Propagator, contexts: ContextManager = NO_CONTEXT, report: (error: unknown) => void) {
    this.#propagator = propagator;
    this.#contexts = contexts;
    this.#report = report;
  }

  /** The options of a publish, with the context that is active now. */
  inject(options: PublishOptions): PublishOptions {
    const carrier = [...(options.properties?.userProperties ?? [])];
    try {
      this.#propagator.inject(this.#contexts.active(), carrier, setter);
    } catch (error) {
      this.#report(error);
      return options;
    }
    return carrier.length === 0
      ? options
      : { ...options, properties: { ...options.properties, userProperties: carrier } };
  }

  /** Calls `run`, which does not throw, once, in the context that a message brings. */
  deliver<Result>({ properties }: PublishPacket, run: () => Result): Result {
    const carrier = properties?.userProperties;
    if (carrier === undefined) return run();
    let results: [Result] | undefined;
    try {
      this.#contexts.with(this.#propagator.extract(this.#contexts.active(), carrier, userPropertyGetter), () => {
        results ??= [run()];
      });
    } catch (error) {
      this.#report(error);
    }
    results ??= [run()];
    return results[0];
  }
}
