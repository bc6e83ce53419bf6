import { expect, test } from 'vitest';
import { isAllowed, type Statement } from './policy.ts';
import type { Variables } from './variables.ts';

const ARN = 'arn:aws:iot:us-east-1:123456789012:';

function allows(
  statements: readonly Statement[],
  action: string,
  resource: string,
  variables: Variables = {},
  needsAttributeCondition = false,
): boolean {
  const documents = [{ Version: '2012-10-17', Statement: statements }];
  return isAllowed(documents, { action, resource: ARN + resource, variables, needsAttributeCondition });
}

const allow = (Action: string | string[], resource: string): Statement => ({
  Effect: 'Allow',
  Action,
  Resource: ARN + resource,
});
const deny = (Action: string, resource: string): Statement => ({ Effect: 'Deny', Action, Resource: ARN + resource });

test('what no statement allows is denied', () => {
  expect(allows([], 'iot:Publish', 'topic/a')).toBe(false);
  expect(allows([allow('iot:Publish', 'topic/a')], 'iot:Subscribe', 'topicfilter/a')).toBe(false);
});

test('a star crosses slashes, a question mark is one character', () => {
  const statements = [allow('iot:Publish', 'topic/plants/*'), allow('iot:Publish', 'topic/row?')];
  expect(allows(statements, 'iot:Publish', 'topic/plants/p1/temp')).toBe(true);
  expect(allows(statements, 'iot:Publish', 'topic/plants')).toBe(false);
  expect(allows(statements, 'iot:Publish', 'topic/row7')).toBe(true);
  expect(allows(statements, 'iot:Publish', 'topic/row77')).toBe(false);
});

test('the wildcards of MQTT are characters like any other', () => {
  const statements = [allow('iot:Subscribe', 'topicfilter/plants/+/temp')];
  expect(allows(statements, 'iot:Subscribe', 'topicfilter/plants/+/temp')).toBe(true);
  expect(allows(statements, 'iot:Subscribe', 'topicfilter/plants/p1/temp')).toBe(false);
  expect(allows(statements, 'iot:Subscribe', 'topicfilter/plants/#')).toBe(false);
});

test('characters that mean something elsewhere mean nothing here', () => {
  expect(allows([allow('iot:Publish', 'topic/a.c')], 'iot:Publish', 'topic/abc')).toBe(false);
  expect(allows([allow('iot:Publish', 'topic/$aws/things/(x)')], 'iot:Publish', 'topic/$aws/things/(x)')).toBe(true);
});

test('one Deny outweighs every Allow', () => {
  const statements = [allow('iot:*', '*'), deny('iot:Publish', 'topic/secret/*')];
  expect(allows(statements, 'iot:Publish', 'topic/public')).toBe(true);
  expect(allows(statements, 'iot:Publish', 'topic/secret/x')).toBe(false);
  expect(allows(statements, 'iot:Receive', 'topic/secret/x')).toBe(true);
});

test('actions have wildcards and no case', () => {
  expect(allows([allow(['iot:Conn*'], 'client/a')], 'iot:Connect', 'client/a')).toBe(true);
  expect(allows([allow('IOT:connect', 'client/a')], 'iot:Connect', 'client/a')).toBe(true);
});

test('variables take the values of the connection, and their wildcards are plain characters', () => {
  const statements = [allow('iot:Publish', 'topic/${iot:ClientId}/*')];
  expect(allows(statements, 'iot:Publish', 'topic/me/x', { 'iot:ClientId': 'me' })).toBe(true);
  expect(allows(statements, 'iot:Publish', 'topic/you/x', { 'iot:ClientId': 'me' })).toBe(false);
  expect(allows(statements, 'iot:Publish', 'topic/you/x', { 'iot:ClientId': '*' })).toBe(false);
  expect(allows(statements, 'iot:Publish', 'topic/*/x', { 'iot:ClientId': '*' })).toBe(true);
});

test('a statement with a variable that has no value fits nothing', () => {
  const statements = [allow('iot:Publish', 'topic/${iot:Connection.Thing.ThingName}*')];
  expect(allows(statements, 'iot:Publish', 'topic/x')).toBe(false);
});

test('the identity of Cognito is a variable', () => {
  const variables = { 'cognito-identity.amazonaws.com:sub': 'us-east-1:0a' };
  const statements = [allow('iot:Connect', 'client/${cognito-identity.amazonaws.com:sub}*')];
  expect(allows(statements, 'iot:Connect', 'client/us-east-1:0a-tab2', variables)).toBe(true);
  expect(allows(statements, 'iot:Connect', 'client/us-east-1:0b', variables)).toBe(false);
});

test('attributes of CONNECT are tested by ForAllValues', () => {
  const attributes = (Values: string[]): Statement => ({
    ...allow('iot:Connect', 'client/a'),
    Condition: { 'ForAllValues:StringEquals': { 'iot:ConnectAttributes': Values } },
  });
  const has = (...values: string[]): Variables => ({ 'iot:ConnectAttributes': values });
  expect(allows([attributes(['PersistentConnect'])], 'iot:Connect', 'client/a', has('PersistentConnect'))).toBe(true);
  expect(allows([attributes(['PersistentConnect'])], 'iot:Connect', 'client/a', has())).toBe(true);
  const both = has('PersistentConnect', 'LastWill');
  expect(allows([attributes(['PersistentConnect'])], 'iot:Connect', 'client/a', both)).toBe(false);
  expect(allows([attributes([])], 'iot:Connect', 'client/a', has('LastWill'))).toBe(false);
});

test('a persistent session can need a statement that names it', () => {
  const plain = allow('iot:Connect', 'client/a');
  const variables = { 'iot:ConnectAttributes': ['PersistentConnect'] };
  expect(allows([plain], 'iot:Connect', 'client/a', variables, true)).toBe(false);
  expect(allows([plain], 'iot:Connect', 'client/a', variables, false)).toBe(true);
});

test('other conditions', () => {
  const when = (Condition: Statement['Condition'] & object): Statement => ({
    ...allow('iot:Connect', 'client/a'),
    Condition,
  });
  const ask = (Condition: Statement['Condition'] & object, variables: Variables): boolean =>
    allows([when(Condition)], 'iot:Connect', 'client/a', variables);
  const aud = 'cognito-identity.amazonaws.com:aud';
  expect(ask({ StringEquals: { [aud]: ['pool1', 'pool2'] } }, { [aud]: 'pool2' })).toBe(true);
  expect(ask({ StringEquals: { [aud]: 'pool1' } }, {})).toBe(false);
  expect(ask({ StringNotEquals: { [aud]: 'pool1' } }, { [aud]: 'pool2' })).toBe(true);
  expect(ask({ StringNotEquals: { [aud]: 'pool1' } }, { [aud]: 'pool1' })).toBe(false);
  expect(ask({ StringLike: { [aud]: 'pool*' } }, { [aud]: 'pool1' })).toBe(true);
  expect(ask({ StringEqualsIfExists: { [aud]: 'pool1' } }, {})).toBe(true);
  expect(ask({ 'ForAnyValue:StringEquals': { [aud]: 'pool1' } }, {})).toBe(false);
  expect(ask({ Bool: { 'iot:x': true } }, { 'iot:x': 'true' })).toBe(true);
  expect(ask({ NumericLessThan: { 'iot:x': '1' } }, { 'iot:x': '0' })).toBe(false);
});
