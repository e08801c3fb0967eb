import { at, Scratch } from "./scratch.js";
import { lastStepBefore, stepBlocks } from "./step-bits.js";
import type { WordIds } from "./word-ids.js";

/** Blocks of rows that are kept at a time: 512 KiB. */
const KEPT_BLOCKS = 1 << 17;

const firstScratch = new Scratch();
const nextScratch = new Scratch();
const countScratch = new Scratch();
const placeScratch = new Scratch();
const maskScratch = new Scratch();
const rowScratch = new Scratch();
const checkpointScratch = new Scratch();

/** Where each word stands among the generated ones, as bits. */
interface Masks {
  readonly bits: Int32Array;
  /** Where in `bits` a word's mask begins. At 0 is an empty mask that all rare words share, one at a time. */
  readonly place: Int32Array;
  /** The first column of each word, and for each column the next one with the same word; -1 ends the chain. */
  readonly first: Int32Array;
  readonly next: Int32Array;
}

/**
 * The bit-parallel algorithm of Crochemore et al. and Hyyrö: a row of the table is a vector of steps, and a row
 * follows from the one above by one addition per block of 32 columns. Blocks are 32-bit with the carry by hand: in
 * JavaScript that is several times faster than 64-bit integers. Sparing blocks that do not change was tried: what it
 * saves is less than what mispredicted branches cost.
 *
 * The traceback needs the rows. Up to about 2,000 words a side all are kept. Beyond, they are cut into segments: only
 * each segment's first row is kept, and a segment is computed again for its traceback.
 *
 * Time O(n m / 32). Memory n m / 8 bytes for the rows, at most 512 KiB, beyond it O(m sqrt(n)); and about 50 bytes
 * per generated word.
 */
export function bitParallel(words: WordIds, matches: Int32Array): void {
  const { sourceLength, generatedLength } = words;
  const blocks = stepBlocks(generatedLength);
  const masks = wordMasks(words, blocks);
  const segment = segmentRows(sourceLength, blocks);
  const rows = rowScratch.take((segment + 1) * blocks).fill(0, 0, blocks);

  const last = Math.max(0, Math.ceil(sourceLength / segment) - 1);
  const checkpoints = checkpointScratch.take(last * blocks);
  for (let index = 0; index < last; index++) {
    checkpoints.set(rows.subarray(0, blocks), index * blocks);
    const lastRow = fillRows(words, masks, blocks, rows, index * segment, (index + 1) * segment);
    rows.copyWithin(0, lastRow, lastRow + blocks);
  }
  let lastRow = fillRows(words, masks, blocks, rows, last * segment, sourceLength);
  let column = lastStepBefore(rows, lastRow, generatedLength);
  column = traceBack(words, blocks, rows, lastRow, last * segment, sourceLength, column, matches);
  for (let index = last - 1; index >= 0 && column >= 0; index--) {
    rows.set(checkpoints.subarray(index * blocks, (index + 1) * blocks));
    lastRow = fillRows(words, masks, blocks, rows, index * segment, (index + 1) * segment);
    column = traceBack(words, blocks, rows, lastRow, index * segment, (index + 1) * segment, column, matches);
  }
}

/** All rows where they may be kept; otherwise as many, but not so few that the checkpoints outgrow them. */
function segmentRows(rows: number, blocks: number): number {
  if ((rows + 1) * blocks <= KEPT_BLOCKS) return Math.max(1, rows);
  return Math.max(Math.floor(KEPT_BLOCKS / blocks) - 1, Math.ceil(Math.sqrt(rows)));
}

function wordMasks({ generated, generatedLength, vocabulary }: WordIds, blocks: number): Masks {
  const first = firstScratch.take(vocabulary).fill(-1, 0, vocabulary);
  const next = nextScratch.take(generatedLength);
  const count = countScratch.take(vocabulary).fill(0, 0, vocabulary);
  for (let column = generatedLength - 1; column >= 0; column--) {
    const word = at(generated, column);
    next[column] = at(first, word);
    first[word] = column;
    count[word] = at(count, word) + 1;
  }
  // A mask for every word would take as much memory as the rows. Few columns are quickly set when they are needed.
  const rare = blocks >> 3;
  const place = placeScratch.take(vocabulary);
  let end = blocks;
  for (let word = 0; word < vocabulary; word++) {
    const isRare = at(count, word) <= rare;
    place[word] = isRare ? 0 : end;
    if (!isRare) end += blocks;
  }
  const bits = maskScratch.take(end).fill(0, 0, end);
  for (let column = 0; column < generatedLength; column++) {
    const mask = at(place, at(generated, column));
    if (mask === 0) continue;
    const block = mask + (column >>> 5);
    bits[block] = at(bits, block) | (1 << (column & 31));
  }
  return { bits, place, first, next };
}

/**
 * Computes the rows of the source words `[start, end)` below the row that stands first in `rows`, none for a word
 * that was not generated, as it changes nothing. Returns where the last row begins.
 *
 * The addition works on the complement of the steps: adding the matches makes each gap between two steps carry its
 * first match up to the step that ends the gap, which so moves to that match.
 */
function fillRows(
  words: WordIds,
  masks: Masks,
  blocks: number,
  rows: Int32Array,
  start: number,
  end: number,
): number {
  const { source } = words;
  const { bits, place, first, next } = masks;
  let above = 0;
  for (let row = start; row < end; row++) {
    const word = at(source, row);
    if (word < 0) continue;
    const below = above + blocks;
    let mask = at(place, word);
    const shared = mask === 0;
    if (shared) {
      for (let column = at(first, word); column >= 0; column = at(next, column)) {
        bits[column >>> 5] = at(bits, column >>> 5) | (1 << (column & 31));
      }
    }
    let carry = 0;
    for (; above < below; above++) {
      const gaps = ~at(rows, above);
      const hits = gaps & at(bits, mask++);
      const sum = (gaps + hits + carry) | 0;
      carry = (hits | (gaps & ~sum)) >>> 31;
      rows[above + blocks] = ~(sum | (gaps ^ hits));
    }
    if (shared) {
      for (let column = at(first, word); column >= 0; column = at(next, column)) bits[column >>> 5] = 0;
    }
  }
  return above;
}

/**
 * Traces back the source words `[start, end)`, whose last row begins at `lastRow`, from the step at `from` on.
 * Returns the column to go on with, or -1 when all words are matched.
 */
function traceBack(
  words: WordIds,
  blocks: number,
  rows: Int32Array,
  lastRow: number,
  start: number,
  end: number,
  from: number,
  matches: Int32Array,
): number {
  const { source, generated } = words;
  let above = lastRow;
  let column = from;
  for (let row = end - 1; row >= start && column >= 0; row--) {
    const word = at(source, row);
    if (word < 0) continue;
    above -= blocks;
    if (word !== at(generated, column)) continue;
    matches[row] = column;
    column = lastStepBefore(rows, above, column);
  }
  return column;
}
