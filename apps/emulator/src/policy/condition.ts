import { matchesPattern } from './pattern.ts';
import type { OneOrMore } from './policy.ts';
import { resolveVariables, type Variables } from './variables.ts';

/** Operators, each with the variables it tests and the values it compares them with. All of them must hold. */
export type Condition = Readonly<Record<string, Readonly<Record<string, OneOrMore<string | boolean>>>>>;

type Comparison = (actual: string, wanted: string) => boolean;

/** Operators that are denials of another are the other with `Not`: they hold where no value fits. */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  StringEquals: (actual, wanted) => actual === wanted,
  StringEqualsIgnoreCase: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  StringLike: (actual, wanted) => matchesPattern(wanted, actual),
  ArnEquals: (actual, wanted) => matchesPattern(wanted, actual),
  ArnLike: (actual, wanted) => matchesPattern(wanted, actual),
  Bool: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
};

/** Whether every test of a condition holds. An operator that is not known holds nowhere. */
export function conditionHolds(condition: Condition | undefined, variables: Variables): boolean {
  return Object.entries(condition ?? {}).every(([operator, tests]) =>
    Object.entries(tests).every(([name, wanted]) => testHolds(operator, name, [wanted].flat(), variables)),
  );
}

function testHolds(
  operator: string,
  name: string,
  wanted: readonly (string | boolean)[],
  variables: Variables,
): boolean {
  const [, set, base = '', ifExists] = /^(ForAllValues:|ForAnyValue:)?(.*?)(IfExists)?$/.exec(operator) ?? [];
  const isNegated = /(String|Arn)Not/.test(base);
  const compare = COMPARISONS[base.replace('Not', '')];
  if (compare === undefined) return false;
  const value = variables[name];
  if (value === undefined && ifExists !== undefined) return true;
  const actual = value === undefined ? [] : [value].flat();
  const patterns = wanted.flatMap((text) => resolveVariables(String(text), variables) ?? []);
  const fits = (one: string): boolean => patterns.some((pattern) => compare(one, pattern)) !== isNegated;
  // Of no values, all fit and none does.
  if (set === 'ForAllValues:') return actual.every(fits);
  return actual.length === 0 ? isNegated : actual.some(fits);
}
