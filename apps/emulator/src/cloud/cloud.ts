import { FAULTS, type Faults } from '../faults.ts';
import type { Authorizer } from '../gateway/authorizer.ts';
import type { AccessKey } from '../gateway/sigv4.ts';
import { LIMITS, type Limits } from '../limits.ts';
import type { PolicyDocument } from '../policy/policy.ts';
import type { Principal } from '../policy/principal.ts';
import { SWITCHES, type Switches } from '../switches.ts';
import { Clock } from './clock.ts';

/** An access key and whoever signs with it. */
export interface IssuedKey extends AccessKey {
  readonly principal: Principal;
}

/** Where the emulated account lives. */
export interface CloudOptions {
  /** @default 'us-east-1' */
  readonly region?: string;
  /** @default '123456789012' */
  readonly accountId?: string;
}

/** The account and its settings: what the console and the control plane of AWS would know. */
export class Cloud {
  readonly region: string;
  readonly accountId: string;
  readonly clock = new Clock();
  readonly limits: Limits = { ...LIMITS };
  readonly switches: Switches = { ...SWITCHES };
  readonly faults: Faults = { ...FAULTS };
  /** By access key id. */
  readonly accessKeys = new Map<string, IssuedKey>();
  /** IoT policies by name. */
  readonly policies = new Map<string, PolicyDocument>();
  /** By name. */
  readonly authorizers = new Map<string, Authorizer>();
  /** Used where a client names none. */
  defaultAuthorizer: string | undefined;
  /** Whether a client may name another than the default. */
  allowsAuthorizerOverride = true;
  /** Names of registered things. */
  readonly things = new Set<string>();
  /** Names of IoT policies by what they are attached to, such as a Cognito identity. */
  readonly #attached = new Map<string, Set<string>>();

  constructor({ region = 'us-east-1', accountId = '123456789012' }: CloudOptions = {}) {
    this.region = region;
    this.accountId = accountId;
  }

  /** The whole name of a resource of IoT, such as `topic/a`. */
  arn(resource: string): string {
    return `arn:aws:iot:${this.region}:${this.accountId}:${resource}`;
  }

  /** @throws Error where there is no such policy */
  attachPolicy(name: string, target: string): void {
    if (!this.policies.has(name)) throw new Error(`No policy '${name}'.`);
    const names = this.#attached.get(target) ?? new Set();
    this.#attached.set(target, names.add(name));
  }

  detachPolicy(name: string, target: string): void {
    this.#attached.get(target)?.delete(name);
  }

  /** The IoT policies attached to something. */
  attachedTo(target: string): readonly PolicyDocument[] {
    return [...(this.#attached.get(target) ?? [])].flatMap((name) => this.policies.get(name) ?? []);
  }

  /** A user with an access key of its own and policies of IAM. */
  addUser(accessKeyId: string, secretAccessKey: string, documents: readonly PolicyDocument[]): void {
    const principal = { id: accessKeyId, policySets: () => [documents], variables: {} };
    this.accessKeys.set(accessKeyId, { secretAccessKey, principal });
  }
}
