import { readFileSync } from 'node:fs';
import { expect, test } from './fixtures/index.ts';
import { LOOKS, probe, YES } from './support/probe.ts';
import { VERSIONS } from './support/versions.ts';

/*
 * What docs/brokers.md says of the brokers that every test run has is looked at anew. For others, the table is printed:
 * `MQTIDE_BROKERS=name=ws://[user:password@]host/…,… pnpm e2e interoperation`. There is no page here, so one project runs it.
 */
const tag = '@chromium';
const others = (process.env['MQTIDE_BROKERS'] ?? '').split(',').filter((each) => each !== '');

test('mosquitto does what docs/brokers.md says', { tag }, async ({ broker }) => {
  const [, version = ''] = /mosquitto version (\S+) running/.exec(broker.log) ?? [];
  for (const { protocolVersion } of VERSIONS) {
    const found = await probe({ url: broker.url, protocolVersion });
    const said = documented('mosquitto', protocolVersion);
    if (said.version === version) expect(found).toEqual(said.cells);
    // A later one may do more, and not less.
    else for (const [what, cell] of said.cells) if (cell === YES) expect(found.get(what), what).toBe(YES);
  }
});

test('the embedded broker does what docs/brokers.md says', { tag }, async ({ embeddedBroker }) => {
  for (const { protocolVersion } of VERSIONS) {
    const { cells } = documented('aedes', protocolVersion);
    expect(await probe({ url: embeddedBroker.url, protocolVersion })).toEqual(cells);
  }
});

for (const other of others) {
  const [name = '', address = ''] = other.split(/=(.*)/);
  test(`what ${name} does`, { tag }, async () => {
    const { host, protocol, pathname, username, password } = new URL(address);
    const url = `${protocol}//${host}${pathname}`;
    const target = { url, ...(username && { credentials: { username: decodeURIComponent(username), password } }) };
    const in5 = await probe({ ...target, protocolVersion: 5 });
    const in311 = await probe({ ...target, protocolVersion: 4 });
    for (const [what] of LOOKS) console.log(`| ${what} | ${in5.get(what) ?? ''} | ${in311.get(what) ?? ''} |`);
  });
}

/** The column of a broker and a version, without the empty cells. */
function documented(broker: string, protocolVersion: 4 | 5): { version: string; cells: Map<string, string> } {
  const text = readFileSync(new URL('../docs/brokers.md', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  const [head = [], , ...rows] = lines.map((line) => line.split('|').map((cell) => cell.trim()));
  const ending = protocolVersion === 5 ? ', 5.0' : ', 3.1.1';
  const column = head.findIndex((cell) => cell.startsWith(`${broker} `) && cell.endsWith(ending));
  const cells = rows.map((row) => [row[1] ?? '', row[column] ?? ''] as const);
  const version = head[column]?.slice(broker.length + 1, -ending.length) ?? '';
  return { version, cells: new Map(cells.filter(([, cell]) => cell !== '')) };
}
