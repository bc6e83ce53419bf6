/**
 * The middle one of an odd number of values, the mean of the two in the middle of an even number.
 * @param {readonly number[]} values at least one
 */
export function median(values) {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
