/* What the benchmark prints. */
import { TARGET_OF_FLOOR } from './client/scenarios.mjs';

/** @param {readonly import('./client/index.mjs').Result[]} results */
export function clientTable(results) {
  const names = Object.keys(results[0]?.medians ?? {});
  const hasRatios = ['floor', 'mqtide', 'mqtt'].every((name) => names.includes(name));
  const head = ['messages per second', ...names];
  if (hasRatios) head.push(`of floor (≥ ${TARGET_OF_FLOOR})`, 'of mqtt (> 1)', '');
  const rows = results.map(({ title, medians, ofFloor, ofMqtt, meetsTargets }) => {
    const row = [title, ...names.map((name) => Math.round(medians[name].perSecond).toLocaleString('en'))];
    if (hasRatios) row.push(ofFloor.toFixed(2), ofMqtt.toFixed(2), meetsTargets ? 'met' : 'missed');
    return row;
  });
  const cpuRows = results.map(({ title, medians }) => [
    title,
    ...names.map((name) => medians[name].cpuMicroseconds.toFixed(2)),
  ]);
  return table([head, ...rows]) + table([['main thread, CPU µs per message', ...names], ...cpuRows]);
}

/** @param {readonly { [column: string]: unknown }[]} rows one row for each measurement, columns by their own names */
export function codecTable(rows) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value) => (typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value ?? ''));
  return table([columns, ...rows.map((row) => columns.map((column) => cell(row[column])))]);
}

/** @param {{ scenario: string, contestant: string, functions: { name: string, share: number }[] }} profile */
export function profileTable({ scenario, contestant, functions }) {
  const rows = functions.slice(0, 30).map(({ name, share }) => [name, `${(share * 100).toFixed(1)} %`]);
  return table([[`${scenario}, ${contestant}: self time`, ''], ...rows]);
}

/** The first column to the left, numbers to the right. */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
  return `\n${lines[0]}\n${'─'.repeat(lines[0].length)}\n${lines.slice(1).join('\n')}\n`;
}
