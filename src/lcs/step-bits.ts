import { at } from "./scratch.js";

/**
 * A row of an LCS table never falls from left to right and never rises by more than one per column, so one bit per
 * column holds it: whether the value rises there. The k-th rise stands at the smallest column at which a common
 * subsequence of length k can end.
 *
 * That is all a traceback needs that breaks ties as the released evaluator does. Among the longest common
 * subsequences it takes the one that ends at the smallest column and, of the rows that can hold this column's word,
 * the latest; then the same again for one word less in the rows above. With L the length, the walk goes up from the
 * last row: the L-th rise is the column, the first row met with that column's word is the row, and the next column
 * is the last rise left of it in the row above.
 */

/** How many 32-bit blocks hold `columns` steps; one bit is always left over, so that `columns` itself is in range. */
export function stepBlocks(columns: number): number {
  return (columns >>> 5) + 1;
}

/** The last column before `column` whose bit is set in the blocks from `offset` on, or -1. */
export function lastStepBefore(steps: Int32Array, offset: number, column: number): number {
  let block = column >>> 5;
  let bits = at(steps, offset + block) & ((1 << (column & 31)) - 1);
  while (bits === 0) {
    if (block === 0) return -1;
    block--;
    bits = at(steps, offset + block);
  }
  return block * 32 + 31 - Math.clz32(bits);
}
