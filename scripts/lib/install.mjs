import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pnpm } from './pnpm.mjs';
import { inRoot, packageFolders } from './workspace.mjs';

/** What decides the content of node_modules. Its digest is kept there, so that a second run installs nothing. */
const STAMP = inRoot('node_modules', '.installed');
const ROOT_FILES = ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml', 'e2e/package.json'];

/** Installs the dependencies with the lockfile frozen, unless they are installed. Ends the process on failure. */
export async function installDependencies() {
  refuseOldNode();
  const digest = digestOfManifests();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === digest) return;
  console.log('Installing dependencies (once, up to a minute) …');
  const { ok, output } = await pnpm(['install', '--frozen-lockfile', '--config.confirmModulesPurge=false']);
  if (!ok) {
    console.error(`${output}\nInstalling the dependencies failed; what pnpm said is above.`);
    process.exit(1);
  }
  writeFileSync(STAMP, digest);
}

function digestOfManifests() {
  const manifests = [...packageFolders('packages'), ...packageFolders('apps')].map(
    (folder) => `${folder}/package.json`,
  );
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of [...ROOT_FILES, ...manifests].filter((path) => existsSync(inRoot(path)))) {
    hash.update(file).update(readFileSync(inRoot(file)));
  }
  return hash.digest('hex');
}

/** The versions that Vite and Vitest support. */
function refuseOldNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const supported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (supported) return;
  console.error(`Node ${process.versions.node} cannot run this repository: use Node 20.19, 22.12 or newer.`);
  process.exit(1);
}
