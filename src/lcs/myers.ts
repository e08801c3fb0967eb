import { at, Scratch } from "./scratch.js";

const reachScratch = new Scratch();

/**
 * Myers's O(ND) algorithm for near copies, with the same tie-breaking as the others. It compares the words as they
 * are: for a few edits, numbering the words first would take longer than everything else.
 *
 * Cell (i, j) stands for the first i source and j generated words, on diagonal j - i. For each number of edits d
 * (words left out on either side) and each diagonal it finds the last row i that d edits reach, and keeps all of
 * them: they answer whether the first i and j words have k words in common, which is what the traceback asks.
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
  for (let edits = 0; edits <= maxEdits; edits++) {
    const above = edgeOffset(edits - 1);
    const here = edgeOffset(edits);
    let furthest = 0;
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let i = prefix;
      if (edits > 0) {
        const place = (diagonal + edits) >> 1;
        const skipSource = place < edits ? at(reach, above + place) + 1 : -1;
        const skipGenerated = place > 0 ? at(reach, above + place - 1) : -1;
        i = skipSource > skipGenerated ? skipSource : skipGenerated;
        // Beyond the edge the same number of edits reaches the edge.
        const edge = n < m - diagonal ? n : m - diagonal;
        if (i > edge) i = edge;
        // A diagonal that misses the table: nothing is reached on it.
        if (i < -diagonal || i < 0) i = -1;
      }
      if (i >= 0) {
        while (i < n && i + diagonal < m && source[i] === generated[i + diagonal]) i++;
        const progress = 2 * i + diagonal;
        if (progress > furthest) furthest = progress;
      }
      reach[here + ((diagonal + edits) >> 1)] = i;
    }
    if (furthest === n + m) {
      traceBack(source, generated, edits, reach, matches);
      return true;
    }
    if (isHopeless(edits, maxEdits, furthest, n + m)) return false;
  }
  return false;
}

/** Where the rows reached by `edits` edits begin: edits + 1 diagonals for each smaller number stand before. */
function edgeOffset(edits: number): number {
  return (edits * (edits + 1)) / 2;
}

/**
 * Edits are spread over a text more or less evenly. Looked at where the number of edits doubles, so that giving up
 * has cost a fraction of what the whole search would.
 */
function isHopeless(edits: number, maxEdits: number, furthest: number, end: number): boolean {
  return edits >= 8 && (edits & (edits - 1)) === 0 && furthest * maxEdits < edits * end;
}

function traceBack(
  source: readonly string[],
  generated: readonly string[],
  edits: number,
  reach: Int32Array,
  matches: Int32Array,
): void {
  let i = source.length;
  let j = generated.length;
  for (let length = (i + j - edits) / 2; length > 0; length--) {
    while (haveInCommon(reach, i, j - 1, length)) j--;
    j--;
    const word = generated[j];
    i--;
    while (source[i] !== word) i--;
    matches[i] = j;
  }
}

/** Whether the first `i` source and `j` generated words have a common subsequence of `length` words. */
function haveInCommon(reach: Int32Array, i: number, j: number, length: number): boolean {
  const edits = i + j - 2 * length;
  const diagonal = j - i;
  if (edits < diagonal || edits < -diagonal) return false;
  return at(reach, edgeOffset(edits) + ((diagonal + edits) >> 1)) >= i;
}
