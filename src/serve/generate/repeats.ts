/** The longest pattern, in items, that is looked for. */
const longestPattern = 16;

/** Watches generated items for a pattern that comes again and again, beyond what the source explains. */
export class RepeatedItems {
  private readonly keys: string[] = [];
  private readonly words: string[] = [];
  private readonly ends: number[] = [];
  /** For each pattern length how many items in a row equal the one that many before. */
  private readonly runs = new Int32Array(longestPattern + 1);
  /** Copies that the source explains are looked at again only when they have doubled. */
  private readonly nextLook = new Int32Array(longestPattern + 1);
  private readonly sources: readonly string[];
  private readonly sourceWords: number;

  constructor(words: readonly string[], spelled: readonly string[]) {
    this.sources = [...new Set([compact(words), compact(spelled)])];
    this.sourceWords = words.length;
  }

  /** Takes the next item, which ends at `end`. Where items only repeat themselves, gives where to cut; else null. */
  push(word: string, item: string, end: number): number | null {
    this.keys.push(item.trim());
    this.words.push(word);
    this.ends.push(end);
    const last = this.keys.length - 1;
    for (let length = 1; length <= longestPattern; length++) {
      const repeats = last >= length && this.keys[last] === this.keys[last - length];
      const run = repeats ? (this.runs[length] ?? 0) + 1 : 0;
      this.runs[length] = run;
      if (run === 0) this.nextLook[length] = 0;
      if (run < 3 * length || run < (this.nextLook[length] ?? 0)) continue;
      // As many items as the source has words are no divergence yet, whatever they are.
      if (last < this.sourceWords + 4) continue;
      this.nextLook[length] = 2 * run;
      const first = last - run - length + 1;
      if (this.isCopy(first, last + 1)) continue;
      return this.cut(first, length, last);
    }
    return null;
  }

  /** Where the item ends that stands `count` items before the last. */
  endBefore(count: number): number {
    return this.ends[this.ends.length - 1 - count] ?? 0;
  }

  /** Keeps as many repeats as the source has, one at least, and never less than a whole answer. */
  private cut(first: number, length: number, last: number): number {
    let kept = first + length;
    while (kept + length <= last && this.isCopy(first, kept + length)) kept += length;
    return this.ends[Math.max(kept, this.sourceWords) - 1] ?? 0;
  }

  private isCopy(start: number, end: number): boolean {
    const words = compact(this.words.slice(start, end));
    return this.sources.some((source) => source.includes(words));
  }
}

/** Without white space: how words were parted does not matter. */
function compact(words: readonly string[]): string {
  return words.join("").replace(/\s+/gu, "").toLowerCase();
}

/**
 * Where a text ends in at least four equal pieces that make up at least half of it: how many characters all but the
 * first piece have. Else null.
 */
export function repeatedTail(text: string): number | null {
  // Knuth, Morris and Pratt's border table of the reversed text: its borders are the text's periods from the end.
  const border = new Int32Array(text.length);
  const at = (i: number) => text.charCodeAt(text.length - 1 - i);
  let best: number | null = null;
  for (let i = 1, length = 0; i < text.length; i++) {
    while (length > 0 && at(i) !== at(length)) length = border[length - 1] ?? 0;
    if (at(i) === at(length)) length++;
    border[i] = length;
    const size = i + 1;
    const period = size - length;
    if (size >= text.length / 2 && size >= 4 * period) best = size - period;
  }
  return best;
}
