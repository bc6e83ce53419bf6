import { type Condition, conditionHolds } from './condition.ts';
import { matchesPattern } from './pattern.ts';
import { resolveVariables, type Variables } from './variables.ts';

/** One or several. */
export type OneOrMore<Value> = Value | readonly Value[];

/** A statement of a policy, of IoT or IAM: the part of the language that IoT Core's data plane uses. */
export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: OneOrMore<string>;
  readonly Resource: OneOrMore<string>;
  readonly Condition?: Condition;
}

/** A policy document. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Statement: OneOrMore<Statement>;
}

/** What is asked for. */
export interface AccessRequest {
  /** Such as `iot:Publish`. */
  readonly action: string;
  /** The whole name, such as `arn:aws:iot:us-east-1:123456789012:topic/plants/p1`. */
  readonly resource: string;
  readonly variables: Variables;
  /** Whether an `Allow` counts only where it names `iot:ConnectAttributes` in a condition. */
  readonly needsAttributeCondition?: boolean;
}

/** Everything a policy says at once: denied unless allowed, and one `Deny` outweighs every `Allow`. */
export function isAllowed(documents: readonly PolicyDocument[], request: AccessRequest): boolean {
  const statements = documents.flatMap(({ Statement: list }) => many(list)).filter((one) => applies(one, request));
  if (statements.some(({ Effect }) => Effect === 'Deny')) return false;
  return statements.some((one) => one.Effect === 'Allow' && (!request.needsAttributeCondition || namesAttributes(one)));
}

function applies(statement: Statement, { action, resource, variables }: AccessRequest): boolean {
  if (!many(statement.Action).some((pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase()))) {
    return false;
  }
  const named = many(statement.Resource).some((text) => {
    const pattern = resolveVariables(text, variables);
    return pattern !== undefined && matchesPattern(pattern, resource);
  });
  return named && conditionHolds(statement.Condition, variables);
}

function namesAttributes({ Condition: condition = {} }: Statement): boolean {
  return Object.values(condition).some((test) => 'iot:ConnectAttributes' in test);
}

function many<Value extends string | object>(value: OneOrMore<Value>): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : [value as Value];
}
