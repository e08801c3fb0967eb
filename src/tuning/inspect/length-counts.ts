import type { Percentiles } from "../percentiles.js";
import { percentilesOf } from "../percentiles.js";
import type { Histogram } from "./inspection.js";

/** How often each length occurs: there are few lengths, however long the file. */
export class LengthCounts {
  private readonly counts = new Map<number, number>();

  add(length: number): void {
    this.counts.set(length, (this.counts.get(length) ?? 0) + 1);
  }

  percentiles(): Percentiles | null {
    return percentilesOf(this.sorted());
  }

  histogram(): Histogram {
    return Object.fromEntries(this.sorted());
  }

  private sorted(): [number, number][] {
    return [...this.counts].sort(([a], [b]) => a - b);
  }
}
