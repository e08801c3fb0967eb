import { bitParallel } from "./bit-parallel.js";
import { huntSzymanski } from "./hunt-szymanski.js";
import { myers } from "./myers.js";
import { quadratic } from "./quadratic.js";
import { type WordIds, wordIds } from "./word-ids.js";

/** An algorithm by name. All give the same alignment, to the index; they differ in time and memory alone. */
export type AlgorithmName = "automatic" | "quadratic" | "hunt-szymanski" | "bit-parallel";

/**
 * How a generation relates to its source (section 4.3): the same words, the source with words left out, or neither,
 * so that a longest common subsequence has to say which words belong together.
 */
export type AlignmentCondition = "equal" | "subsequence" | "lcs";

/** Which generated word belongs to which source word. */
export interface Alignment {
  /**
   * For each source word the index of its generated word, or -1. The indices that are not -1 ascend, and each
   * pair of words is equal.
   */
  readonly matches: Int32Array;
  readonly condition: AlignmentCondition;
  /** What found it; `none` where no longest common subsequence was needed. */
  readonly algorithm: Exclude<AlgorithmName, "automatic"> | "myers" | "none";
}

/**
 * Aligns generated words with source words by the paper's hierarchy of conditions (section 4.3, appendix D).
 *
 * - `equal`: both sequences are the same; each word is its own match.
 * - `subsequence`: the generated words stand in the source in their order; each takes the first place it can. No
 *   generated word at all counts as this.
 * - `lcs`: otherwise, a longest common subsequence. Of several, the one that the authors' evaluator takes: seen
 *   from the end, each match has the smallest generated index that leaves the length possible, and then the largest
 *   source index.
 *
 * Words are equal when their strings are: lower-casing and back-tokenization are the caller's.
 */
export function alignWords(
  source: readonly string[],
  generated: readonly string[],
  algorithm: AlgorithmName = "automatic",
): Alignment {
  const n = source.length;
  const m = generated.length;
  const shorter = Math.min(n, m);
  let prefix = 0;
  while (prefix < shorter && source[prefix] === generated[prefix]) prefix++;
  const matches = new Int32Array(n);
  for (let row = 0; row < prefix; row++) matches[row] = row;
  if (prefix === n && prefix === m) return { matches, condition: "equal", algorithm: "none" };

  let found = prefix;
  let row = prefix;
  // As soon as more words are wanted than are left, they cannot all be found.
  for (; found < m && n - row >= m - found; row++) {
    matches[row] = source[row] === generated[found] ? found++ : -1;
  }
  if (found === m) return { matches: matches.fill(-1, row), condition: "subsequence", algorithm: "none" };

  matches.fill(-1);
  return { matches, condition: "lcs", algorithm: fillLcs(source, generated, prefix, algorithm, matches) };
}

/**
 * The longest common subsequence alone, without the paper's two conditions before it; shape and tie-breaking as in
 * `alignWords`.
 */
export function longestCommonSubsequence(
  source: readonly string[],
  generated: readonly string[],
  algorithm: AlgorithmName = "automatic",
): Int32Array {
  const matches = new Int32Array(source.length).fill(-1);
  fillLcs(source, generated, 0, algorithm, matches);
  return matches;
}

/** `matches` must be all -1. Returns what was used. */
function fillLcs(
  source: readonly string[],
  generated: readonly string[],
  prefix: number,
  algorithm: AlgorithmName,
  matches: Int32Array,
): Exclude<Alignment["algorithm"], "none"> {
  if (algorithm === "automatic") {
    const most = mostEditsWorthTrying(source.length + generated.length);
    if (myers(source, generated, prefix, most, matches)) return "myers";
    const words = wordIds(source, generated);
    if (haveCommonWord(words)) bitParallel(words, matches);
    return "bit-parallel";
  }
  const words = wordIds(source, generated);
  if (algorithm === "quadratic") quadratic(words, matches);
  else if (algorithm === "hunt-szymanski") huntSzymanski(words, matches);
  else bitParallel(words, matches);
  return algorithm;
}

/** Two texts without a common word need no rows: a third of their time goes into nothing but that. */
function haveCommonWord({ source, sourceLength }: WordIds): boolean {
  for (let row = 0; row < sourceLength; row++) if ((source[row] ?? -1) >= 0) return true;
  return false;
}

/**
 * Up to how many edits Myers's algorithm, quadratic in the edits, is faster than numbering the words and going
 * through all rows. Measured with sentences of 35 to 2,000 words: about 15, 35 and 200 edits.
 */
function mostEditsWorthTrying(words: number): number {
  return Math.min(192, 10 + (words >> 4));
}
