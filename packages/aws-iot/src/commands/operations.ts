import type { Operation } from '../operation.ts';
import type { UpdatedCommand, UpdateCommandRequest } from './types.ts';

const PREFIX = '$aws/commands/{type}/{id}/executions';
const RESPONSE = `${PREFIX}/{executionId}/response`;

/** What is published on `response` has its answers at `response/accepted/json`, where the others have them at the end. */
export const UPDATE_COMMAND: Operation<
  Omit<UpdateCommandRequest, 'result'> & { readonly result?: object },
  UpdatedCommand
> = {
  topic: `${RESPONSE}/json`,
  accepted: `${RESPONSE}/accepted/json`,
  rejected: `${RESPONSE}/rejected/json`,
  correlation: 'topic',
};

/** Where commands arrive. A wildcard at the end in place of the three is said to end the connection. */
export const INCOMING_COMMANDS: readonly string[] = [
  `${PREFIX}/+/request/json`,
  `${PREFIX}/+/request/cbor`,
  `${PREFIX}/+/request`,
];
