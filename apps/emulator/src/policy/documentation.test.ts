import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isAllowed, type PolicyDocument } from './policy.ts';

const TEXT = readFileSync(new URL('../../../../docs/aws.md', import.meta.url), 'utf8');
const POLICIES = [...TEXT.matchAll(/```json\n([^]*?)```/g)]
  .map(([, json = '']) => JSON.parse(json) as PolicyDocument)
  .filter((policy) => policy.Version !== undefined);
const SUB = 'eu-west-1:00000000-1111-2222-3333-444444444444';

describe.each([
  ['signed URLs', POLICIES[0], 'page-1'],
  ['guests', POLICIES[1], `${SUB}-1`],
  ['users', POLICIES[2], `${SUB}-1`],
])('the policy that docs/aws.md gives for %s', (_, policy, clientId) => {
  const may = (action: string, resource: string, attributes: readonly string[] = []): boolean =>
    isAllowed(policy === undefined ? [] : [policy], {
      action: `iot:${action}`,
      resource: `arn:aws:iot:eu-west-1:123456789012:${resource}`,
      variables: { 'cognito-identity.amazonaws.com:sub': SUB, 'iot:ConnectAttributes': attributes },
      needsAttributeCondition: attributes.length > 0,
    });

  it('lets the client connect as it does by default: with a session that outlives the connection', () => {
    expect(may('Connect', `client/${clientId}`, ['PersistentConnect'])).toBe(true);
    expect(may('Connect', `client/${clientId}`)).toBe(true);
    expect(may('Connect', `client/${clientId}`, ['PersistentConnect', 'LastWill'])).toBe(false);
  });

  it('allows the topics it names, and no others', () => {
    expect(may('Publish', 'topic/plants/p1')).toBe(true);
    expect(may('Receive', 'topic/plants/p1')).toBe(true);
    expect(may('Subscribe', 'topicfilter/plants/#')).toBe(true);
    expect(may('Publish', 'topic/animals/a1')).toBe(false);
    expect(may('Subscribe', 'topicfilter/#')).toBe(false);
    expect(may('RetainPublish', 'topic/plants/p1')).toBe(false);
  });
});
