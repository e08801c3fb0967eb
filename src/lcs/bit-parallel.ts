import { at, Scratch } from "./scratch.js";
import { lastStepBefore, stepBlocks } from "./step-bits.js";
import type { WordIds } from "./word-ids.js";

/** Blocks of undo log that one segment may need: 512 KiB. */
const SEGMENT_LOG = 1 << 17;

const firstScratch = new Scratch();
const lastScratch = new Scratch();
const shiftScratch = new Scratch();
const maskScratch = new Scratch();
const stepScratch = new Scratch();
const logScratch = new Scratch();
const logStartScratch = new Scratch();
const checkpointScratch = new Scratch();

/** Where each word stands among the generated ones, as bits, without the empty blocks on both sides. */
interface Masks {
  /** First and last block with a set bit, by word. */
  readonly first: Int32Array;
  readonly last: Int32Array;
  /** The mask of word w for block b is `bits[shift[w] + b]`. */
  readonly shift: Int32Array;
  readonly bits: Int32Array;
}

/** The steps of the row that was computed last, and what it takes to go back. */
interface State {
  readonly steps: Int32Array;
  readonly log: Int32Array;
  /** Where the log of each row of the segment begins, counted from the segment's first row. */
  readonly logStart: Int32Array;
}

/**
 * The bit-parallel algorithm of Crochemore et al. and Hyyrö: a row of the table is a vector of steps, and a row
 * follows from the one above by one addition per block of 32 columns. Blocks are 32-bit with the carry by hand: in
 * JavaScript that is several times faster than 64-bit integers.
 *
 * A row changes only the blocks from its word's first column to where the carry dies out. It changes them in place
 * and logs what stood there, and the traceback undoes row after row. Long texts are cut into segments of rows:
 * their steps are kept at each segment's beginning only, and a segment is computed again for its traceback. Memory
 * is at most 512 KiB and about 20 bytes per word for up to 2,000 words a side, O(m sqrt(n)) beyond.
 */
export function bitParallel(words: WordIds, matches: Int32Array): void {
  const { sourceLength, generatedLength } = words;
  const blocks = stepBlocks(generatedLength);
  const masks = wordMasks(words);
  const segment = segmentRows(sourceLength, blocks);
  const state = {
    steps: stepScratch.take(blocks).fill(0, 0, blocks),
    log: logScratch.take(segment * blocks),
    logStart: logStartScratch.take(segment + 1),
  };

  const lastSegment = Math.max(0, Math.ceil(sourceLength / segment) - 1);
  const checkpoints = checkpointScratch.take(lastSegment * blocks);
  for (let index = 0; index < lastSegment; index++) {
    for (let block = 0; block < blocks; block++) checkpoints[index * blocks + block] = at(state.steps, block);
    advance(words, masks, state, index * segment, (index + 1) * segment, blocks - 1);
  }
  advance(words, masks, state, lastSegment * segment, sourceLength, lastSegment === 0 ? 0 : blocks - 1);

  let column = lastStepBefore(state.steps, 0, generatedLength);
  column = retreat(words, masks, state, lastSegment * segment, sourceLength, column, matches);
  for (let index = lastSegment - 1; index >= 0 && column >= 0; index--) {
    for (let block = 0; block < blocks; block++) state.steps[block] = at(checkpoints, index * blocks + block);
    advance(words, masks, state, index * segment, (index + 1) * segment, blocks - 1);
    column = retreat(words, masks, state, index * segment, (index + 1) * segment, column, matches);
  }
}

/** All rows where their log fits; otherwise as many as do, but not so few that checkpoints outgrow the log. */
function segmentRows(rows: number, blocks: number): number {
  if (rows * blocks <= SEGMENT_LOG) return Math.max(1, rows);
  return Math.max(Math.floor(SEGMENT_LOG / blocks), Math.ceil(Math.sqrt(rows)));
}

function wordMasks({ generated, generatedLength, vocabulary }: WordIds): Masks {
  const first = firstScratch.take(vocabulary);
  const last = lastScratch.take(vocabulary);
  const shift = shiftScratch.take(vocabulary);
  let seen = 0;
  for (let column = 0; column < generatedLength; column++) {
    const word = at(generated, column);
    if (word === seen) first[seen++] = column >>> 5;
    last[word] = column >>> 5;
  }
  let end = 0;
  for (let word = 0; word < vocabulary; word++) {
    shift[word] = end - at(first, word);
    end += at(last, word) - at(first, word) + 1;
  }
  const bits = maskScratch.take(end).fill(0, 0, end);
  for (let column = 0; column < generatedLength; column++) {
    const place = at(shift, at(generated, column)) + (column >>> 5);
    bits[place] = at(bits, place) | (1 << (column & 31));
  }
  return { first, last, shift, bits };
}

/**
 * Computes the rows `[from, to)`. `top` is a block behind which there is no step yet.
 *
 * The addition works on the complement of the steps: adding the matches makes each gap between two steps carry its
 * first match up to the step that ends the gap, which so moves to that match.
 */
function advance(words: WordIds, masks: Masks, state: State, from: number, to: number, top: number): void {
  const { source } = words;
  const { first, last, shift, bits } = masks;
  const { steps, log, logStart } = state;
  let logEnd = 0;
  for (let row = from; row < to; row++) {
    logStart[row - from] = logEnd;
    const word = at(source, row);
    if (word < 0) continue;
    const lastBlock = at(last, word);
    const wordShift = at(shift, word);
    let carry = 0;
    let block = at(first, word);
    for (; block <= lastBlock; block++) {
      const old = at(steps, block);
      const gaps = ~old;
      const hits = gaps & at(bits, wordShift + block);
      const sum = (gaps + hits + carry) | 0;
      carry = (hits | (gaps & ~sum)) >>> 31;
      log[logEnd++] = old;
      steps[block] = ~(sum | (gaps ^ hits));
    }
    for (; carry !== 0 && block <= top; block++) {
      const old = at(steps, block);
      const gaps = ~old;
      const sum = (gaps + 1) | 0;
      carry = (gaps & ~sum) >>> 31;
      log[logEnd++] = old;
      steps[block] = ~(sum | gaps);
    }
    if (lastBlock > top) top = lastBlock;
  }
  logStart[to - from] = logEnd;
}

/**
 * Traces back the rows `[from, to)`, the last one first, from the step at `column` on, and undoes each. Returns the
 * column to go on with, or -1 when all words are matched.
 */
function retreat(
  words: WordIds,
  masks: Masks,
  state: State,
  from: number,
  to: number,
  column: number,
  matches: Int32Array,
): number {
  const { source, generated } = words;
  const { steps, log, logStart } = state;
  for (let row = to - 1; row >= from && column >= 0; row--) {
    const word = at(source, row);
    if (word < 0) continue;
    let block = at(masks.first, word);
    const end = at(logStart, row - from + 1);
    for (let entry = at(logStart, row - from); entry < end; entry++) steps[block++] = at(log, entry);
    if (word !== at(generated, column)) continue;
    matches[row] = column;
    column = lastStepBefore(steps, 0, column);
  }
  return column;
}
