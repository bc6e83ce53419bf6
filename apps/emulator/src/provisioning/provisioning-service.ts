import { randomBytes } from 'node:crypto';
import type { ServiceClient, ServiceMessage } from '../broker/service-client.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { formatOf, readDocument, writeDocument } from '../services/format.ts';
import { isObject, type JsonObject } from '../services/json.ts';
import { Authority, type Certificate } from './certificate.ts';

/** A provisioning template. */
export interface Template {
  /** The name of the thing, with `${parameter}` for what the device says. */
  readonly thingName: string;
  readonly deviceConfiguration?: Readonly<Record<string, string>>;
  /** The hook before provisioning. @default everybody may */
  readonly allows?: (parameters: Readonly<Record<string, string>>) => boolean;
}

/** How an answer reaches the connection that asked, if it is subscribed, and nobody else. */
type Deliver = (connectionId: string, topic: string, payload: Uint8Array) => void;

/** A rejected request. */
class ProvisioningError extends Error {
  readonly statusCode: number;
  readonly errorCode: string;

  constructor(statusCode: number, errorCode: string, message: string) {
    super(message);
    this.statusCode = statusCode;
    this.errorCode = errorCode;
  }
}

const TEMPLATE = /^\$aws\/provisioning-templates\/([^/]+)\/provision\/(?:json|cbor)$/;

/** Fleet Provisioning at the broker. */
export class ProvisioningService {
  /** By name. */
  readonly templates = new Map<string, Template>();
  readonly #cloud: Cloud;
  readonly #deliver: Deliver;
  readonly #authority = new Authority();
  /** When each ownership token ends, in milliseconds since 1970. */
  readonly #tokens = new Map<string, number>();

  constructor(cloud: Cloud, deliver: Deliver) {
    this.#cloud = cloud;
    this.#deliver = deliver;
  }

  async start(services: ServiceClient): Promise<void> {
    const answer =
      (act: (request: JsonObject, topic: string) => object | Promise<object>) => (message: ServiceMessage) =>
        void this.#answer(message, act);
    await services.subscribe(
      '$aws/certificates/create/+',
      answer(() => this.#createKeys()),
    );
    await services.subscribe(
      '$aws/certificates/create-from-csr/+',
      answer((request) => this.#createFromCsr(request)),
    );
    await services.subscribe(
      '$aws/provisioning-templates/+/provision/+',
      answer((request, topic) => this.#register(request, topic)),
    );
  }

  async #answer(
    { topic, payload, connection }: ServiceMessage,
    act: (request: JsonObject, topic: string) => object | Promise<object>,
  ): Promise<void> {
    if (connection === undefined) return;
    const format = formatOf(topic);
    const answer = (kind: string, document: object): void =>
      this.#deliver(connection, `${topic}/${kind}`, writeDocument(document, format));
    try {
      const request = payload.length === 0 ? {} : readDocument(payload, format);
      if (request === undefined)
        throw new ProvisioningError(400, 'InvalidPayload', `The payload is no object in ${format.toUpperCase()}.`);
      answer('accepted', await act(request, topic));
    } catch (error) {
      const {
        statusCode,
        errorCode,
        message: errorMessage,
      } = error instanceof ProvisioningError ? error : new ProvisioningError(500, 'InternalError', 'Internal error.');
      answer('rejected', { statusCode, errorCode, errorMessage });
    }
  }

  async #createKeys(): Promise<object> {
    return this.#own(await this.#authority.createKeys(this.#cloud.clock.now()));
  }

  #createFromCsr({ certificateSigningRequest: request }: JsonObject): object {
    try {
      return this.#own(
        this.#authority.certifyRequest(typeof request === 'string' ? request : '', this.#cloud.clock.now()),
      );
    } catch {
      throw new ProvisioningError(
        400,
        'InvalidCertificateSigningRequest',
        'The certificate signing request is invalid.',
      );
    }
  }

  #own<Made extends Certificate>(certificate: Made): Made & { readonly certificateOwnershipToken: string } {
    const token = randomBytes(48).toString('base64url');
    this.#tokens.set(token, this.#cloud.clock.now() + this.#cloud.limits.ownershipTokenSeconds * 1000);
    return { ...certificate, certificateOwnershipToken: token };
  }

  #register({ certificateOwnershipToken: token, parameters = {} }: JsonObject, topic: string): object {
    const template = this.templates.get(TEMPLATE.exec(topic)?.[1] ?? '');
    if (template === undefined) throw new ProvisioningError(400, 'InvalidTemplate', 'There is no such template.');
    const { ownershipError } = this.#cloud.switches;
    if (typeof token !== 'string' || token === '') {
      throw new ProvisioningError(400, ownershipError, 'Certificate ownership token cannot be empty.');
    }
    const endsAt = this.#tokens.get(token) ?? 0;
    if (endsAt <= this.#cloud.clock.now()) {
      throw new ProvisioningError(400, ownershipError, 'The certificate ownership token is invalid or has expired.');
    }
    const isText = isObject(parameters) && Object.values(parameters).every((value) => typeof value === 'string');
    if (!isText) throw new ProvisioningError(400, 'InvalidParameters', 'parameters must be a map of texts.');
    const values = parameters as Readonly<Record<string, string>>;
    if (template.allows?.(values) === false) throw new ProvisioningError(403, 'AccessDenied', 'The hook denied it.');
    const thingName = fill(template.thingName, values);
    this.#tokens.delete(token);
    this.#cloud.things.add(thingName);
    const { deviceConfiguration } = template;
    return { thingName, ...(deviceConfiguration !== undefined && { deviceConfiguration }) };
  }
}

function fill(pattern: string, values: Readonly<Record<string, string>>): string {
  return pattern.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) throw new ProvisioningError(400, 'MissingParameter', `The parameter ${name} is missing.`);
    return value;
  });
}
