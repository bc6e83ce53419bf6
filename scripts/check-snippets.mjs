// Compiles every TypeScript snippet of the documentation, so that what people copy is true.
import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { executeNode } from './lib/processes.mjs';
import { inRoot, packageFolders, tool } from './lib/workspace.mjs';

/** What snippets take for granted: what stands around them, and what is the reader's own. */
const GIVEN = `
type Whole = typeof import('@mqtide/client') & typeof import('@mqtide/client/aws') & typeof import('@mqtide/aws-iot');
type Kit = typeof import('@mqtide/testkit') & typeof import('@mqtide/client/internal');
declare const client: import('@mqtide/client').Client;
declare const createClient: Whole['createClient'];
declare const awsSigV4: Whole['awsSigV4'];
declare const awsCognito: Whole['awsCognito'];
declare const createPresence: Whole['createPresence'];
declare const watchPresence: Whole['watchPresence'];
declare const lamp: import('@mqtide/aws-iot').Shadow<{ on?: boolean; level?: number }>;
declare const broker: import('@mqtide/testkit').Broker;
declare const VirtualClock: Kit['VirtualClock'];
declare const MemoryTransport: Kit['MemoryTransport'];
declare const ScriptedBroker: Kit['ScriptedBroker'];
declare const createClientWith: Kit['createClientWith'];
declare const aws: import('@mqtide/client').ClientOptions;
declare const url: string;
declare const clientId: string;
declare const identityPoolId: string;
declare const credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
declare const user: { readonly name: string };
declare function session(): Promise<{ readonly idToken: string }>;
declare function save(...values: unknown[]): Promise<void>;
declare function render(...values: unknown[]): void;
declare function show(...values: unknown[]): void;
`;

const SETTINGS = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    module: 'esnext',
    moduleResolution: 'bundler',
    customConditions: ['@mqtide/source'],
    allowImportingTsExtensions: true,
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable', 'esnext.disposable'],
    types: ['node'],
    noEmit: true,
    skipLibCheck: true,
  },
  include: ['*.ts'],
};

const pages = [
  'README.md',
  ...readdirSync(inRoot('docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
  ...packageFolders('packages').map((folder) => `${folder}/README.md`),
  'apps/emulator/README.md',
];
const folder = inRoot('node_modules/.cache/snippets');
rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, 'node_modules'), { recursive: true });
symlinkSync(inRoot('e2e/node_modules/@mqtide'), join(folder, 'node_modules/@mqtide'), 'junction');
writeFileSync(join(folder, 'given.d.ts'), GIVEN);
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(SETTINGS));
let count = 0;
for (const page of pages) {
  const text = readFileSync(inRoot(page), 'utf8');
  for (const { index, 1: snippet } of text.matchAll(/^```ts\n(.*?)^```/gms)) {
    // The snippet's lines keep their numbers, for the messages of the compiler.
    const before = text.slice(0, index).split('\n').length;
    writeFileSync(
      join(folder, `${page.replaceAll('/', '--')}.${before}.ts`),
      `${'\n'.repeat(before)}${snippet}export {};\n`,
    );
    count += 1;
  }
}
const { ok, output } = await executeNode(tool('tsc'), ['-p', folder]);
console.log(ok ? `${count} snippets compile` : output);
if (!ok || count === 0) process.exitCode = 1;
