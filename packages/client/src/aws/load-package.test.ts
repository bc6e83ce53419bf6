import { expect, it } from 'vitest';
import { loadPackage } from './load-package.ts';

it('a package that is not installed: the error names the command that installs it', async () => {
  const cause = new Error('Cannot find package');
  await expect(loadPackage('@aws-sdk/a @aws-crypto/b', () => Promise.reject(cause))).rejects.toMatchObject({
    code: 'PACKAGE_MISSING',
    hint: 'npm install @aws-sdk/a @aws-crypto/b',
    cause,
  });
  expect(await loadPackage('x', () => Promise.resolve(7))).toBe(7);
});
