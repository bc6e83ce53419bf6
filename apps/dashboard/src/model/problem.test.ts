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

it('reads any other error, and what is none', () => {
  expect(problemOf(new TypeError('no'))).toEqual({ code: 'TypeError', message: 'no' });
  expect(problemOf('no')).toEqual({ code: 'UNEXPECTED', message: 'no' });
});

it('says message and hint in one line', () => {
  expect(inOneLine({ code: 'A', message: 'No.', hint: 'Try it.' })).toBe('No. Try it.');
  expect(inOneLine({ code: 'A', message: 'No.' })).toBe('No.');
});
