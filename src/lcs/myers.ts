import { at, Scratch } from "./scratch.js";

const reachScratch = new Scratch();

/**
 * Myers's O(ND) algorithm for near copies, with the same tie-breaking as the others. It compares the words as they
 * are: for a few edits, numbering the words first would take longer than everything else.
 *
 * An edit leaves out a word on either side. For each number of edits e, and each number g of generated words among
 * them, it finds how many source words can be gone through, and keeps all of these: they answer whether the first i
 * and j words have k words in common, which is what the traceback asks.
 *
 * `prefix` is a number of leading words known to be equal on both sides. Returns false, with `matches` untouched,
 * when there are more than `maxEdits` edits, or as soon as progress says that there will be. Memory is
 * 2 `maxEdits`² bytes.
 */
export function myers(
  source: readonly string[],
  generated: readonly string[],
  prefix: number,
  maxEdits: number,
  matches: Int32Array,
): boolean {
  const n = source.length;
  const m = generated.length;
  const reach = reachScratch.take(((maxEdits + 1) * (maxEdits + 2)) / 2);
  const start = slide(source, generated, prefix, 0);
  reach[0] = start;
  if (start === n && start === m) {
    traceBack(source, generated, 0, reach, matches);
    return true;
  }
  let above = 0;
  for (let edits = 1; edits <= maxEdits; edits++) {
    const here = above + edits;
    const lastSkipped = Math.min(edits, m);
    for (let skipped = Math.max(0, edits - n); skipped <= lastSkipped; skipped++) {
      // Generated words are ahead of source words by this many.
      const ahead = 2 * skipped - edits;
      let i = skipped < edits ? at(reach, above + skipped) + 1 : 0;
      if (skipped > 0) i = Math.max(i, at(reach, above + skipped - 1));
      // Where that is beyond the end of a side, the same number of edits gets to the end.
      i = slide(source, generated, Math.min(i, n, m - ahead), ahead);
      reach[here + skipped] = i;
      if (i === n && ahead === m - n) {
        traceBack(source, generated, edits, reach, matches);
        return true;
      }
    }
    if (edits % 4 === 0 && progress(reach, here, edits, n, m) * maxEdits < edits * (n + m)) return false;
    above = here;
  }
  return false;
}

/** Goes on from source word `i` while the words on both sides are equal. */
function slide(source: readonly string[], generated: readonly string[], i: number, ahead: number): number {
  const end = Math.min(source.length, generated.length - ahead);
  while (i < end && source[i] === generated[i + ahead]) i++;
  return i;
}

/**
 * How many words of both sides the given number of edits gets through. Edits are spread over a text more or less
 * evenly, so the share of the text should not fall behind the share of the edits that are spent.
 */
function progress(reach: Int32Array, offset: number, edits: number, n: number, m: number): number {
  let most = 0;
  for (let skipped = Math.max(0, edits - n); skipped <= Math.min(edits, m); skipped++) {
    most = Math.max(most, 2 * at(reach, offset + skipped) + 2 * skipped - edits);
  }
  return most;
}

/** From the end: the smallest column that leaves the length possible, then the latest row with its word. */
function traceBack(
  source: readonly string[],
  generated: readonly string[],
  totalEdits: number,
  reach: Int32Array,
  matches: Int32Array,
): void {
  let edits = totalEdits;
  let i = source.length;
  let j = generated.length;
  // Generated words still to be left out. The first j - 1 have as much in common with the first i source words
  // as the first j if one edit and one left-out word less get to i.
  let skipped = (edits + j - i) / 2;
  let above = (edits * (edits - 1)) / 2;
  while (edits > 0 && (i > 0 || j > 0)) {
    if (skipped > 0 && at(reach, above + skipped - 1) >= i) {
      j--;
      skipped--;
      above -= --edits;
      continue;
    }
    if (j === 0) return;
    i--;
    j--;
    while (edits > skipped && source[i] !== generated[j]) {
      i--;
      above -= --edits;
    }
    matches[i] = j;
  }
  for (; i > 0; i--) matches[i - 1] = i - 1;
}
