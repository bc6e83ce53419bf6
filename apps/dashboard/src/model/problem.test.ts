import { AwsError } from '@mqtide/client/aws';
import { expect, it } from 'vitest';
import { inOneLine, problemOf } from './problem.ts';
import { mqttError } from './testing/fake-client.test-helpers.ts';

it('reads an error of the library', () => {
  expect(problemOf(mqttError('PUBLISH_REFUSED', { hint: 'Try less.', reasonCode: 0x97 }))).toEqual({
    code: 'PUBLISH_REFUSED',
    message: 'message of PUBLISH_REFUSED',
    hint: 'Try less.',
    reasonCode: 0x97,
  });
});

it('says what the helpers for AWS say, and not what anybody else does', () => {
  const cause = new AwsError('CREDENTIALS_FAILED', 'Cognito gave no credentials: TypeError.');
  expect(problemOf(mqttError('URL_FAILED', { cause }))).toEqual({
    code: 'URL_FAILED',
    message: 'Cognito gave no credentials: TypeError.',
  });
  expect(problemOf(mqttError('URL_FAILED', { cause: new Error('SENTINEL') })).message).not.toContain('SENTINEL');
});

it('reads any other error, and what is none', () => {
  expect(problemOf(new TypeError('no'))).toEqual({ code: 'TypeError', message: 'no' });
  expect(problemOf('no')).toEqual({ code: 'UNEXPECTED', message: 'no' });
});

it('says message and hint in one line', () => {
  expect(inOneLine({ code: 'A', message: 'No.', hint: 'Try it.' })).toBe('No. Try it.');
  expect(inOneLine({ code: 'A', message: 'No.' })).toBe('No.');
});
