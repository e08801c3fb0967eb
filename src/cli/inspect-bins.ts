import type { Histogram } from "../tuning/inspect/inspection.js";
import { nearestRank } from "../tuning/percentiles.js";

/** Numbers from `start` to `end`, both included, and how many things have one of them; without an end, all above. */
export interface Bin {
  readonly start: number;
  readonly end: number | null;
  readonly count: number;
}

const mostBins = 24;

/**
 * A histogram in at most about two dozen bins of equal width. What is above the 99th percentile shares the last one:
 * one sentence of a thousand words would leave no room for all others. Zero is a bin of its own, where it occurs.
 */
export function binsOf(histogram: Histogram): Bin[] {
  const sorted = Object.entries(histogram).map(([key, count]) => [Number(key), count] as const);
  const p99 = nearestRank(sorted, 99) ?? 0;
  const width = roundWidth(p99 / mostBins);
  const last = Math.ceil(p99 / width) * width;
  const counts = new Map<number, number>();
  let above = 0;
  for (const [value, count] of sorted) {
    const end = Math.ceil(value / width) * width;
    if (end > last) above += count;
    else counts.set(end, (counts.get(end) ?? 0) + count);
  }
  const zeros = counts.get(0) ?? 0;
  const bins: Bin[] = zeros === 0 ? [] : [{ start: 0, end: 0, count: zeros }];
  for (let end = width; end <= last; end += width) {
    bins.push({ start: end - width + 1, end, count: counts.get(end) ?? 0 });
  }
  return above === 0 ? bins : [...bins, { start: last + 1, end: null, count: above }];
}

/** The next of 1, 2, 5, 10, 20, 50 and so on. */
function roundWidth(least: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(least)));
  return [1, 2, 5, 10].map((step) => step * power).find((width) => width >= least) ?? 10 * power;
}

/** As `7`, `6–10` or `>60`. */
export function binName({ start, end }: Bin): string {
  if (end === null) return `>${start - 1}`;
  return start === end ? String(start) : `${start}–${end}`;
}
