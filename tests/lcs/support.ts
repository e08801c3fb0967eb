/** A small seeded generator (xorshift32): uniform integers below `bound`. */
export function seededIntegers(seed: number): (bound: number) => number {
  let state = seed | 0 || 1;
  return (bound) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
}

/** `count` words of an alphabet of `letters` one-letter words. */
export function randomWords(below: (bound: number) => number, count: number, letters: number): string[] {
  return Array.from({ length: count }, () => String.fromCharCode(97 + below(letters)));
}

/** About `percent` % of the words left out, replaced or preceded by another one. */
export function edited(
  below: (bound: number) => number,
  words: readonly string[],
  percent: number,
  newWord: () => string,
): string[] {
  return words.flatMap((word) => {
    if (below(100) >= percent) return [word];
    const kind = below(3);
    return kind === 0 ? [] : kind === 1 ? [newWord()] : [newWord(), word];
  });
}

interface Link {
  readonly row: number;
  readonly column: number;
  readonly before: Link | undefined;
}

/**
 * The rule that decides between several longest common subsequences, word for word. Rows are source words, columns
 * generated words. Go through the rows, and through each row's equal columns from right to left. For each length,
 * remember one chain: the one that ends at the smallest column, a later one where columns are the same. A match
 * lengthens the longest remembered chain that ends left of it, as that chain is at this moment.
 */
export function bySpecification(source: readonly string[], generated: readonly string[]): Int32Array {
  const chains: Link[] = [];
  for (const [row, word] of source.entries()) {
    for (let column = generated.length - 1; column >= 0; column--) {
      if (generated[column] !== word) continue;
      let length = 0;
      while (length < chains.length && (chains[length]?.column ?? 0) < column) length++;
      chains[length] = { row, column, before: chains[length - 1] };
    }
  }
  const matches = new Int32Array(source.length).fill(-1);
  for (let link = chains.at(-1); link !== undefined; link = link.before) matches[link.row] = link.column;
  return matches;
}

/** The length of a longest common subsequence, by the textbook recurrence on a full table. */
export function lcsLength(source: readonly string[], generated: readonly string[]): number {
  let above = new Array<number>(generated.length + 1).fill(0);
  for (const word of source) {
    const row = [0];
    for (const [column, other] of generated.entries()) {
      const skipped = Math.max(row[column] ?? 0, above[column + 1] ?? 0);
      row.push(word === other ? (above[column] ?? 0) + 1 : skipped);
    }
    above = row;
  }
  return above[generated.length] ?? 0;
}

/** Whether both hold the same numbers, without the cost of a matcher per pair. */
export function sameNumbers(one: Int32Array, other: Int32Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}

/** How many source words are matched. */
export function matched(matches: Int32Array): number {
  return matches.reduce((count, match) => count + (match >= 0 ? 1 : 0), 0);
}
