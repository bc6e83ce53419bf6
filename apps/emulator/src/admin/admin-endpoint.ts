import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Emulator } from '../emulator.ts';
import { readBody } from '../http/read-body.ts';
import { accountOperations, type Operation } from './account-operations.ts';
import { serviceOperations } from './service-operations.ts';

/** Pages of this machine may use the admin API, those of the internet may not. */
const OURS = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

/** What one does in the console of AWS: `POST /admin/<operation>` with JSON, and `GET /admin/` for what there is. */
export class AdminEndpoint {
  readonly #emulator: Emulator;
  readonly #operations: Readonly<Record<string, Operation>>;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
    this.#operations = { ...accountOperations(emulator), ...serviceOperations(emulator) };
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { origin } = request.headers;
    if (origin !== undefined && !OURS.test(origin)) return send(response, 403, { message: `Not for ${origin}.` });
    response.setHeader('access-control-allow-origin', origin ?? '*');
    response.setHeader('access-control-allow-headers', 'content-type');
    if (request.method === 'OPTIONS') return send(response, 200, {});
    const name = (request.url ?? '').slice('/admin/'.length);
    if (request.method === 'GET' && name === '') return send(response, 200, this.#describe());
    const operation = Object.hasOwn(this.#operations, name) ? this.#operations[name] : undefined;
    if (request.method !== 'POST' || operation === undefined) {
      return send(response, 404, { message: `There is no ${request.method} ${name}.` });
    }
    const body = await readBody(request);
    if (body === undefined) return send(response, 400, { message: 'The body must be an object in JSON.' });
    try {
      return send(response, 200, operation(body));
    } catch (error) {
      return send(response, 400, { message: error instanceof Error ? error.message : String(error) });
    }
  }

  #describe(): object {
    const { cloud, gateway, endpoint } = this.#emulator;
    const { region, accountId, switches, limits, faults, clock } = cloud;
    return {
      endpoint,
      region,
      accountId,
      clock: { now: clock.now(), offsetMs: clock.offsetMs },
      switches,
      limits,
      faults,
      clientIds: gateway.clientIds,
      throttled: gateway.throttled,
      operations: Object.keys(this.#operations),
    };
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
