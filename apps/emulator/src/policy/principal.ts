import type { PolicyDocument } from './policy.ts';
import { type AccessRequest, isAllowed } from './policy.ts';

/** Who is connected, and what that allows. */
export interface Principal {
  /** For people: an access key, a Cognito identity, or the principal that an authorizer named. */
  readonly id: string;
  /** Sets of policies at this moment; each of them must allow what is asked for. */
  readonly policySets: () => readonly (readonly PolicyDocument[])[];
  /** Policy variables besides those of the connection. */
  readonly variables: Readonly<Record<string, string>>;
  /** When the credentials it signed with end, in milliseconds since 1970. */
  readonly expiresAt?: number;
}

/** Whether every set of policies of a principal allows a request. */
export function mayDo({ policySets, variables }: Principal, request: AccessRequest): boolean {
  const complete = { ...request, variables: { ...variables, ...request.variables } };
  return policySets().every((documents) => isAllowed(documents, complete));
}
