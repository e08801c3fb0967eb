import { at, Scratch } from "./scratch.js";
import { lastStepBefore, stepBlocks } from "./step-bits.js";
import type { WordIds } from "./word-ids.js";

const rowScratch = new Scratch();
const stepScratch = new Scratch();

/**
 * The textbook dynamic programme over all pairs of words: the oracle of the other algorithms. Keeps one row of
 * lengths and, of all rows, one bit per cell. Time O(n m), memory n m / 8 bytes.
 */
export function quadratic(words: WordIds, matches: Int32Array): void {
  const { source, sourceLength, generated, generatedLength } = words;
  const blocks = stepBlocks(generatedLength);
  const lengths = rowScratch.take(generatedLength).fill(0, 0, generatedLength);
  const steps = stepScratch.take(sourceLength * blocks).fill(0, 0, sourceLength * blocks);

  for (let row = 0; row < sourceLength; row++) {
    const word = at(source, row);
    const offset = row * blocks;
    let diagonal = 0;
    let left = 0;
    for (let column = 0; column < generatedLength; column++) {
      const above = at(lengths, column);
      const best = word === at(generated, column) ? diagonal + 1 : Math.max(above, left);
      if (best > left) {
        const block = offset + (column >>> 5);
        steps[block] = at(steps, block) | (1 << (column & 31));
      }
      lengths[column] = best;
      diagonal = above;
      left = best;
    }
  }

  let bound = generatedLength;
  for (let row = sourceLength - 1; row >= 0; ) {
    const column = lastStepBefore(steps, row * blocks, bound);
    if (column < 0) return;
    while (at(source, row) !== at(generated, column)) row--;
    matches[row--] = column;
    bound = column;
  }
}
