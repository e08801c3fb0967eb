/** Which labels of other sentences are too likely to fit a mention of this one to be asked for as absent. */
export interface ForeignFilter {
  /** Leaves out labels that share a word with a label of one of the sentence's mentions: `film` beside `film award`. */
  readonly sharedWords: boolean;
  /** Labels that are never asked for as foreign, in any case of letters: coarse ones, such as `thing`. */
  readonly labels: readonly string[];
}

/** Whether a label may be asked for as absent beside the present ones. */
export function mayBeForeign(
  { sharedWords, labels }: ForeignFilter,
  present: readonly string[],
): (label: string) => boolean {
  const never = new Set(labels.map((label) => label.toLowerCase()));
  const words = new Set(sharedWords ? present.flatMap(wordsOf) : []);
  return (label) => !never.has(label.toLowerCase()) && !wordsOf(label).some((word) => words.has(word));
}

/** Words that say nothing of what a label means. */
const linking = new Set([
  "a",
  "an",
  "and",
  "for",
  "from",
  "in",
  "of",
  "on",
  "or",
  "other",
  "the",
  "to",
  "with",
]);

const remembered = new Map<string, readonly string[]>();

/** The words of a label, folded: `Film awards` and `film award` are the same. */
function wordsOf(label: string): readonly string[] {
  const known = remembered.get(label);
  if (known !== undefined) return known;
  const words = label
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== "" && !linking.has(word))
    .map((word) => (/[^s]s$/.test(word) && word.length > 3 ? word.slice(0, -1) : word));
  if (remembered.size >= 100_000) remembered.clear();
  remembered.set(label, words);
  return words;
}
