import type { Percentiles } from "./percentiles.js";
import { percentilesOf } from "./percentiles.js";

/** How often each length occurs: lengths and numbers by turns, in ascending order of lengths. */
export type Histogram = readonly number[];

/** Up to this, each length has a place of its own. */
const longestUsual = 1 << 16;

/** Counts lengths of texts, most of which are short. */
export class LengthTally {
  private usual = new Int32Array(1 << 11);
  private readonly others = new Map<number, number>();
  private longest = -1;

  add(length: number, times = 1): void {
    if (length >= longestUsual) {
      this.others.set(length, (this.others.get(length) ?? 0) + times);
      return;
    }
    if (length >= this.usual.length) this.grow(length + 1);
    this.usual[length] = (this.usual[length] ?? 0) + times;
    if (length > this.longest) this.longest = length;
  }

  addAll(histogram: Histogram): void {
    for (let i = 0; i < histogram.length; i += 2) this.add(histogram[i] ?? 0, histogram[i + 1]);
  }

  get histogram(): Histogram {
    const pairs: number[] = [];
    for (let length = 0; length <= this.longest; length++) {
      const times = this.usual[length] ?? 0;
      if (times > 0) pairs.push(length, times);
    }
    for (const [length, times] of [...this.others].sort(([a], [b]) => a - b)) pairs.push(length, times);
    return pairs;
  }

  percentiles(): Percentiles | null {
    return summarizeLengths(this.histogram);
  }

  private grow(least: number): void {
    const grown = new Int32Array(Math.max(least, this.usual.length * 2));
    grown.set(this.usual);
    this.usual = grown;
  }
}

/** A length and how often it occurs, in ascending order of lengths. */
export function lengthPairs(histogram: Histogram): [length: number, times: number][] {
  const pairs: [number, number][] = [];
  for (let i = 0; i < histogram.length; i += 2) pairs.push([histogram[i] ?? 0, histogram[i + 1] ?? 0]);
  return pairs;
}

/** The shortest and longest of many texts, and the lengths that 50, 90 and 99 of 100 do not exceed; null of none. */
export function summarizeLengths(histogram: Histogram): Percentiles | null {
  return percentilesOf(lengthPairs(histogram));
}
