import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

it('shows in the README an example that runs', () => {
  expect(read('../README.md')).toContain(`\`\`\`ts\n${read('./example.test.ts')}\`\`\``);
});
