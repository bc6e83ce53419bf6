import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Cloud } from '../cloud/cloud.ts';
import { readBody } from '../http/read-body.ts';
import { CognitoError } from './cognito-error.ts';
import type { Identities, Logins } from './identities.ts';

const SERVICE = 'AWSCognitoIdentityService.';
const CONTENT_TYPE = 'application/x-amz-json-1.1';

type Body = Readonly<Record<string, unknown>>;

/** Cognito Identity over HTTP, AWS JSON 1.1: `POST /` with the operation in `x-amz-target`. */
export class CognitoEndpoint {
  readonly #cloud: Cloud;
  readonly #operations: Readonly<Record<string, (body: Body) => object>>;

  constructor(cloud: Cloud, identities: Identities) {
    this.#cloud = cloud;
    this.#operations = {
      GetId: (body) => ({ IdentityId: identities.getId(text(body, 'IdentityPoolId'), logins(body)) }),
      GetCredentialsForIdentity: (body) => identities.getCredentials(text(body, 'IdentityId'), logins(body)),
    };
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#allow(request, response);
    if (request.method === 'OPTIONS') {
      response.writeHead(200).end();
      return;
    }
    const [status, answer] = await this.#answer(request);
    if (answer instanceof CognitoError) response.setHeader('x-amzn-errortype', `${answer.type}:`);
    const content = answer instanceof CognitoError ? { __type: answer.type, message: answer.message } : answer;
    response.writeHead(status, { 'content-type': CONTENT_TYPE }).end(JSON.stringify(content));
  }

  async #answer(request: IncomingMessage): Promise<readonly [status: number, answer: object]> {
    try {
      const target = String(request.headers['x-amz-target'] ?? '');
      const operation = target.startsWith(SERVICE) ? this.#operations[target.slice(SERVICE.length)] : undefined;
      if (operation === undefined) throw new CognitoError('UnknownOperationException', '');
      const body = await readBody(request);
      if (body === undefined) throw new CognitoError('SerializationException', '');
      return [200, operation(body)];
    } catch (error) {
      if (!(error instanceof CognitoError)) return [500, new CognitoError('InternalErrorException', 'Internal error.')];
      return [400, error];
    }
  }

  /** Pages of every origin may ask: the content type alone forces a preflight. */
  #allow({ headers }: IncomingMessage, response: ServerResponse): void {
    const date = this.#cloud.switches.exposeDate ? ',Date' : '';
    response.setHeader('date', new Date(this.#cloud.clock.now()).toUTCString());
    response.setHeader('x-amzn-requestid', randomUUID());
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-methods', 'POST');
    response.setHeader('access-control-allow-headers', headers['access-control-request-headers'] ?? '*');
    response.setHeader('access-control-max-age', '172800');
    response.setHeader('access-control-expose-headers', `x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage${date}`);
  }
}

function text(body: Body, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || !/^[\w-]+:[0-9a-f-]+$/.test(value)) {
    throw new CognitoError(
      'InvalidParameterException',
      `1 validation error detected: Value at '${name}' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w-]+:[0-9a-f-]+`,
    );
  }
  return value;
}

function logins(body: Body): Logins {
  const value = body['Logins'] ?? {};
  if (typeof value !== 'object' || Object.values(value).some((token) => typeof token !== 'string')) {
    throw new CognitoError('InvalidParameterException', 'Logins must be a map of strings.');
  }
  return value as Logins;
}
