import type { Histogram, Percentiles } from "./inspection.js";

/** How often each length occurs: there are few lengths, however long the file. */
export class LengthCounts {
  private readonly counts = new Map<number, number>();
  private total = 0;

  add(length: number): void {
    this.counts.set(length, (this.counts.get(length) ?? 0) + 1);
    this.total++;
  }

  percentiles(): Percentiles | null {
    if (this.total === 0) return null;
    const sorted = this.sorted();
    const at = (share: number) => {
      let left = Math.max(1, Math.ceil(share * this.total));
      for (const [length, count] of sorted) {
        left -= count;
        if (left <= 0) return length;
      }
      return sorted.at(-1)?.[0] ?? 0;
    };
    return { min: at(0), p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
  }

  histogram(): Histogram {
    return Object.fromEntries(this.sorted());
  }

  private sorted(): [number, number][] {
    return [...this.counts].sort(([a], [b]) => a - b);
  }
}
