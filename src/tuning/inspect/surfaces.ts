import { Column, KeyTable } from "./key-table.js";
import { joinedKey } from "./text-keys.js";

/** A surface is expected wherever it stands if it is a mention at least so many times... */
const leastMentions = 3;
/** ...and at least so many times as often as it is none. */
const expectedRatio = 3;
/** Longer ones are not looked for. */
const longestSought = 12;

/**
 * The surfaces of a corpus: sequences of words, as they are spelled, that are annotated somewhere. Numbers alone are
 * kept, 50 to 100 bytes for a surface.
 */
export class Surfaces {
  private readonly table = new KeyTable();
  private readonly mentions = new Column();
  private readonly absences = new Column();
  private readonly usualLabels = new Column();
  private readonly usualCounts = new Column();
  /** Most surfaces have one label: only further ones have rows of their own. */
  private readonly firstLabels = new Column();
  private readonly firstCounts = new Column();
  private readonly further = new KeyTable();
  private readonly furtherCounts = new Column();
  /** Words that surfaces worth looking for start with, and how long the longest of these is. */
  private readonly starts = new KeyTable();
  private readonly longest = new Column();

  /** Counts a mention of the words with these keys; labels are numbered. */
  add(wordKeys: readonly number[], label: number): void {
    const key = wordKeys.reduce(joinedKey);
    const row = this.table.findOrAdd(key);
    const mentions = this.mentions.increment(row);
    if (mentions === 1) this.firstLabels.set(row, label);
    if (mentions === leastMentions && wordKeys.length <= longestSought) {
      const start = this.starts.findOrAdd(wordKeys[0] ?? 0);
      this.longest.set(start, Math.max(this.longest.get(start), wordKeys.length));
    }
    const count =
      this.firstLabels.get(row) === label
        ? this.firstCounts.increment(row)
        : this.furtherCounts.increment(this.further.findOrAdd(joinedKey(key, label + 1)));
    if (count > this.usualCounts.get(row)) {
      this.usualCounts.set(row, count);
      this.usualLabels.set(row, label);
    }
  }

  /** The row of a surface; -1 of words that are none. */
  find(wordKeys: readonly number[]): number {
    return this.table.find(wordKeys.reduce(joinedKey));
  }

  /** How often a surface is a mention, and the label that it has most often; of equals, the one that was ahead. */
  usual(row: number): { readonly mentions: number; readonly label: number; readonly count: number } {
    return {
      mentions: this.mentions.get(row),
      label: this.usualLabels.get(row),
      count: this.usualCounts.get(row),
    };
  }

  /** How often a surface has a label. The count is taken: asked again, it is 0. */
  takeCount(wordKeys: readonly number[], label: number): number {
    const key = wordKeys.reduce(joinedKey);
    const surface = this.table.find(key);
    const isFirst = surface >= 0 && this.firstLabels.get(surface) === label;
    const row = isFirst ? surface : this.further.find(joinedKey(key, label + 1));
    if (row < 0) return 0;
    const counts = isFirst ? this.firstCounts : this.furtherCounts;
    const count = counts.get(row);
    counts.set(row, 0);
    return count;
  }

  /** The longest surface that is often a mention among the words from `start` to before `end`. */
  longestAt(
    wordKeys: readonly number[],
    start: number,
    end: number,
  ): { readonly row: number; readonly length: number } | null {
    let key = wordKeys[start] ?? 0;
    const startRow = this.starts.find(key);
    if (startRow < 0) return null;
    let found: { row: number; length: number } | null = null;
    const last = Math.min(end, start + this.longest.get(startRow));
    for (let next = start + 1; ; next++) {
      const row = this.table.find(key);
      if (row >= 0 && this.mentions.get(row) >= leastMentions) found = { row, length: next - start };
      if (next >= last) return found;
      key = joinedKey(key, wordKeys[next] ?? 0);
    }
  }

  /** Counts a place where a surface is no mention; gives their number up to here. */
  addAbsence(row: number): number {
    return this.absences.increment(row);
  }

  absencesOf(row: number): number {
    return this.absences.get(row);
  }

  /** Whether places without annotation stand out against those with one. */
  isExpected(row: number): boolean {
    return this.mentions.get(row) >= expectedRatio * this.absences.get(row);
  }

  /** How many surfaces are expected somewhere and not there. */
  countMissed(): number {
    let count = 0;
    for (let row = 0; row < this.table.size; row++) {
      if (this.absences.get(row) > 0 && this.isExpected(row)) count++;
    }
    return count;
  }
}
