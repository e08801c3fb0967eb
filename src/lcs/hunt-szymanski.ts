import { at, Scratch } from "./scratch.js";
import type { WordIds } from "./word-ids.js";

const listStartScratch = new Scratch();
const listScratch = new Scratch();
const thresholdScratch = new Scratch();
const logScratch = new Scratch();
const logStartScratch = new Scratch();

/**
 * Hunt and Szymanski's algorithm, the paper's choice (section 4.3, appendix D): for each source word the list of
 * equal generated words, and a binary search among the thresholds, where threshold k is the smallest column at
 * which a common subsequence of length k + 1 ends.
 *
 * Two things differ from the textbook. Of the columns that would lower one threshold in the same row, only the
 * smallest is visited: thousands of equal words cost no more than the quadratic programme. And instead of a chain
 * of nodes it logs the thresholds it overwrites, which the traceback takes back row by row.
 */
export function huntSzymanski(words: WordIds, matches: Int32Array): void {
  const { source, sourceLength, generated, generatedLength } = words;
  const listStart = listStartScratch.take(words.vocabulary + 1);
  const list = listScratch.take(generatedLength);
  fillMatchLists(words, listStart, list);

  const thresholds = thresholdScratch.take(Math.min(sourceLength, generatedLength));
  const logStart = logStartScratch.take(sourceLength + 1);
  let log = logScratch.take(2 * (sourceLength + generatedLength));
  let logEnd = 0;
  let length = 0;

  for (let row = 0; row < sourceLength; row++) {
    logStart[row] = logEnd;
    const word = at(source, row);
    if (word < 0) continue;
    const end = at(listStart, word + 1);
    log = logScratch.grow(log, logEnd + 2 * (end - at(listStart, word)));
    let level = 0;
    for (let next = at(listStart, word); next < end; level++) {
      const column = at(list, next);
      level = firstAtLeast(thresholds, level, length, column);
      if (level === length) {
        thresholds[length++] = column;
        log[logEnd++] = level;
        log[logEnd++] = -1;
        break;
      }
      const before = at(thresholds, level);
      if (before !== column) {
        thresholds[level] = column;
        log[logEnd++] = level;
        log[logEnd++] = before;
      }
      // The next level must be reached from the threshold as the rows above left it.
      next++;
      while (next < end && at(list, next) <= before) next++;
    }
  }
  logStart[sourceLength] = logEnd;

  let level = length - 1;
  for (let row = sourceLength - 1; level >= 0; row--) {
    const column = at(thresholds, level);
    if (at(source, row) === at(generated, column)) {
      matches[row] = column;
      level--;
    }
    // What a row adds at the end is never read again once the level is below it: only lowered thresholds return.
    for (let entry = at(logStart, row + 1) - 2; entry >= at(logStart, row); entry -= 2) {
      const before = at(log, entry + 1);
      if (before >= 0) thresholds[at(log, entry)] = before;
    }
  }
}

/** Counting sort: the columns of word w, ascending, are `list[listStart[w]] .. list[listStart[w + 1] - 1]`. */
function fillMatchLists(words: WordIds, listStart: Int32Array, list: Int32Array): void {
  const { generated, generatedLength, vocabulary } = words;
  listStart.fill(0, 0, vocabulary + 1);
  for (let column = 0; column < generatedLength; column++) {
    const word = at(generated, column);
    listStart[word] = at(listStart, word) + 1;
  }
  let sum = 0;
  for (let word = 0; word <= vocabulary; word++) {
    sum += at(listStart, word);
    listStart[word] = sum;
  }
  for (let column = generatedLength - 1; column >= 0; column--) {
    const word = at(generated, column);
    const place = at(listStart, word) - 1;
    listStart[word] = place;
    list[place] = column;
  }
}

/** The first index in `[from, to)` whose value is at least `column`, or `to`. Values ascend. */
function firstAtLeast(values: Int32Array, from: number, to: number, column: number): number {
  // Columns of one row often hit neighbouring thresholds: look there before halving the rest.
  if (from === to || at(values, from) >= column) return from;
  let low = from + 1;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(values, middle) >= column) high = middle;
    else low = middle + 1;
  }
  return low;
}
