/**
 * Where the busy time went: functions by the share of it in which they themselves ran.
 * @param {any} profile of the DevTools protocol
 * @returns {{ name: string, share: number }[]}
 */
export function selfTimes({ nodes, samples, timeDeltas }) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map();
  let total = 0;
  for (const [index, id] of samples.entries()) {
    const time = Math.max(0, timeDeltas[index]);
    const name = names.get(id);
    if (name === '(idle)') continue;
    total += time;
    times.set(name, (times.get(name) ?? 0) + time);
  }
  return [...times]
    .map(([name, time]) => ({ name, share: time / total }))
    .toSorted((left, right) => right.share - left.share);
}

const nameOf = ({ functionName, lineNumber }) =>
  lineNumber < 0 ? functionName : `${functionName || '(anonymous)'}:${lineNumber + 1}`;
