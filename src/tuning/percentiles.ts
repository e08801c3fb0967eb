/** Values in ascending order, each with how often it occurs. */
export type SortedCounts = readonly (readonly [value: number, count: number])[];

/** Percentiles by nearest rank. */
export interface Percentiles {
  readonly min: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** The least value that `percent` of 100 do not exceed, the very least for 0; null of nothing. */
export function nearestRank(sorted: SortedCounts, percent: number): number | null {
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.max(1, Math.ceil((total * percent) / 100));
  for (const [value, count] of sorted) {
    left -= count;
    if (left <= 0) return value;
  }
  return null;
}

/** The usual ones; null of nothing. */
export function percentilesOf(sorted: SortedCounts): Percentiles | null {
  const at = (percent: number) => nearestRank(sorted, percent) ?? 0;
  return sorted.length === 0 ? null : { min: at(0), p50: at(50), p90: at(90), p99: at(99), max: at(100) };
}
