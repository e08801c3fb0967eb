import { z } from "zod";
import type { BackTokenize } from "../src/codecs/back-tokenize.js";
import { type BioTag, decodeBio, labelOfTag } from "../src/codecs/bio.js";
import { labelSet } from "../src/codecs/label-set.js";
import { promptLabels } from "../src/codecs/read-prompt.js";
import { restoreTags, restoreTagsAsPaper } from "../src/codecs/restore-tags.js";
import { parseWordLabels } from "../src/codecs/word-label.js";
import { excerpt, InputError } from "../src/core/errors.js";
import type { Counts } from "./counts.js";
import { paperCounts } from "./paper.js";
import { predictedRow } from "./predicted-row.js";
import { strictCounts } from "./strict.js";

const text = z.string();
const strings = z.array(text);

/** A row of the paper's released predictions. */
const releasedRow = z.object({
  instance: z.object({ words: strings, labels: strings }),
  label_list: strings,
  prediction: text,
});

/** A generation beside its gold tags. */
export interface ScoredGeneration {
  readonly words: readonly string[];
  readonly gold: readonly BioTag[];
  /** What the prompt asked for. */
  readonly labels: readonly string[];
  readonly prediction: string;
}

/**
 * Checks one parsed JSON row: of `gner dataset build` in any form, or of the paper's released predictions, with what a model
 * wrote for it. Throws InputError for what is no such row.
 */
export function parseScoredGeneration(row: unknown): ScoredGeneration {
  const released = releasedRow.safeParse(row);
  if (released.success) {
    const { instance, label_list: labels, prediction } = released.data;
    const { words, labels: gold } = instance;
    if (words.length !== gold.length) throw new InputError(`${words.length} words have ${gold.length} tags`);
    return { words, gold, labels, prediction };
  }
  const built = predictedRow(row);
  if (built === null) {
    throw new InputError(
      "expected a row of dataset build, such as {input, target}, or {instance: {words, labels}, label_list}, and a text prediction",
    );
  }
  // What `dataset build` wrote reads back word by word: it was checked when it was written.
  const items = parseWordLabels(built.target);
  const gold = items.map(({ tag }) => tag);
  const labels = promptLabels(built.prompt);
  const stray = gold.map(labelOfTag).find((label) => label !== null && !labels.includes(label));
  if (stray !== undefined)
    throw new InputError(`the prompt does not ask for the gold label ${excerpt(stray ?? "")}`);
  return { words: items.map(({ word }) => word), gold, labels, prediction: built.prediction };
}

/** Counts of one generation: as the paper's evaluator takes them, and strictly by position after repairs. */
export function countGeneration(
  { words, gold, labels, prediction }: ScoredGeneration,
  backTokenize: BackTokenize,
): { readonly paper: Counts; readonly strict: Counts } {
  const asPaper = restoreTagsAsPaper(words, prediction, labels, backTokenize);
  const repaired = restoreTags(words, prediction, labelSet(labels), backTokenize);
  return {
    paper: paperCounts(words, gold, asPaper.tags),
    strict: strictCounts(decodeBio(gold), decodeBio(repaired.tags)),
  };
}
