import type { AlgorithmName } from "./alignment.js";

export {
  type AlgorithmName,
  type Alignment,
  type AlignmentCondition,
  alignWords,
  longestCommonSubsequence,
} from "./alignment.js";

/** Every algorithm that can be asked for. */
export const algorithmNames: readonly AlgorithmName[] = [
  "automatic",
  "quadratic",
  "hunt-szymanski",
  "bit-parallel",
];
