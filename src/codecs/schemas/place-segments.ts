import type { Words } from "../../core/document.js";

/** A run of generated words that stands in the source as it is, if nothing was changed. */
export interface Segment {
  readonly words: readonly string[];
  /** What else must hold where the run starts, if it holds anywhere. */
  readonly fits?: (start: number) => boolean;
}

/** Where a segment stands in the source. */
export interface Place extends Words {
  /** Whether there are other places that the order of the segments allows. */
  readonly isAmbiguous: boolean;
}

/** More pairs of segments and words than this would take too long to compare: what is in order is taken as it comes. */
const mostCompared = 1 << 20;

/**
 * Places segments in the source, each behind the one before with at least `gap` words between: as many words as can be, each segment
 * at the first place that the order allows. So the k-th mention of a name is its k-th occurrence. Null for a segment that
 * has no such place. In a sentence that says a name twice, only the order and other segments tell its mentions apart.
 */
export function placeInOrder(
  source: readonly string[],
  segments: readonly Segment[],
  gap: number,
): (Place | null)[] {
  const found = new Occurrences(source);
  const starts = segments.map((segment) => found.of(segment));
  const chosen = longestChain(segments, starts, gap);
  return withAmbiguity(chosen, segments, starts, gap);
}

/** All places of runs of words in a source, in order. */
export class Occurrences {
  private readonly positions = new Map<string, number[]>();
  private readonly remembered = new Map<string, readonly number[]>();

  constructor(private readonly source: readonly string[]) {
    for (const [i, word] of source.entries()) {
      const found = this.positions.get(word);
      if (found === undefined) this.positions.set(word, [i]);
      else found.push(i);
    }
  }

  of({ words, fits }: Segment): readonly number[] {
    const key = JSON.stringify(words);
    const all = this.remembered.get(key) ?? this.search(words);
    this.remembered.set(key, all);
    const fitting = fits === undefined ? all : all.filter(fits);
    return fitting.length > 0 ? fitting : all;
  }

  /** Looks where the rarest of the words stands. */
  private search(words: readonly string[]): number[] {
    let offset = 0;
    let places: readonly number[] | undefined;
    for (const [i, word] of words.entries()) {
      const found = this.positions.get(word) ?? [];
      if (places !== undefined && found.length >= places.length) continue;
      places = found;
      offset = i;
    }
    return (places ?? [])
      .map((place) => place - offset)
      .filter((start) => words.every((word, i) => this.source[start + i] === word));
  }
}

interface Link extends Words {
  readonly segment: number;
  readonly before: Link | null;
}

/** For each segment where it starts in the chain in order that has most words, or -1. Of equal chains, the leftmost. */
function longestChain(
  segments: readonly Segment[],
  starts: readonly (readonly number[])[],
  gap: number,
): number[] {
  const inOrder = oneAfterTheOther(segments, starts, gap);
  const isWhole = inOrder.every((start, i) => start !== -1 || starts[i]?.length === 0);
  const total = segments.reduce((sum, { words }) => sum + words.length, 0);
  if (isWhole || segments.length * total > mostCompared) return inOrder;
  // For each number of words the chain that ends first.
  const chains: (Link | undefined)[] = new Array(total + 1);
  for (const [segment, { words }] of segments.entries()) {
    for (let covered = total - words.length; covered >= 0; covered--) {
      const before = chains[covered] ?? null;
      if (before === null && covered > 0) continue;
      const start = firstFrom(starts[segment] ?? [], before === null ? 0 : before.end + gap);
      if (start === undefined) continue;
      const end = start + words.length;
      const known = chains[covered + words.length]?.end ?? Infinity;
      if (end < known) chains[covered + words.length] = { segment, start, end, before };
    }
  }
  const chosen = segments.map(() => -1);
  for (
    let link = chains.findLast((chain) => chain !== undefined) ?? null;
    link !== null;
    link = link.before
  ) {
    chosen[link.segment] = link.start;
  }
  return chosen;
}

function oneAfterTheOther(
  segments: readonly Segment[],
  starts: readonly (readonly number[])[],
  gap: number,
): number[] {
  let from = 0;
  return segments.map(({ words }, i) => {
    const start = firstFrom(starts[i] ?? [], from);
    if (start === undefined) return -1;
    from = start + words.length + gap;
    return start;
  });
}

/** A place is ambiguous where the same chain could stand further right. */
function withAmbiguity(
  chosen: readonly number[],
  segments: readonly Segment[],
  starts: readonly (readonly number[])[],
  gap: number,
): (Place | null)[] {
  const places: (Place | null)[] = segments.map(() => null);
  let before = Infinity;
  for (let i = segments.length - 1; i >= 0; i--) {
    const start = chosen[i] ?? -1;
    const length = segments[i]?.words.length ?? 0;
    if (start === -1) continue;
    const rightmost = lastUpTo(starts[i] ?? [], before - length) ?? start;
    places[i] = { start, end: start + length, isAmbiguous: rightmost !== start };
    before = rightmost - gap;
  }
  return places;
}

function firstFrom(sorted: readonly number[], from: number): number | undefined {
  return sorted[countBelow(sorted, from)];
}

function lastUpTo(sorted: readonly number[], limit: number): number | undefined {
  return sorted[countBelow(sorted, limit + 1) - 1];
}

/** How many of the sorted numbers are below a limit. */
function countBelow(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? Infinity) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
