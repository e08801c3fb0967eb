/** Shared by the benchmarks: medians and aligned tables. Times are milliseconds. */

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Median of `runs` timings of `work`, after `warmUp` runs that do not count. */
export function medianTime(work: () => void, runs: number, warmUp = 3): number {
  const times: number[] = [];
  for (let run = -warmUp; run < runs; run++) {
    const started = performance.now();
    work();
    if (run >= 0) times.push(performance.now() - started);
  }
  return median(times);
}
