import { type BioTag, encodeBio } from "../src/codecs/bio.js";
import { type Document, type Entity, wordTexts } from "../src/core/document.js";
import type { Counts, Scores } from "./counts.js";
import { DistinctMentions, inGold, inPredicted, isSameSpan, mentionSpans } from "./mentions.js";

/** Keeps empty denominators from dividing by zero; part of the published figures. */
const smoothing = 1e-10;

/**
 * Counts of one sentence as the evaluator released with the paper (arXiv 2402.16602) takes them: mentions are
 * compared by their normalised text and label, wherever they stand, and a mention that occurs several times in a
 * sentence counts once. Throws InputError where words and tags differ in number and for tags outside the BIO scheme.
 */
export function paperCounts(
  words: readonly string[],
  goldTags: readonly BioTag[],
  predictedTags: readonly BioTag[],
): Counts {
  const mentions = new DistinctMentions(words);
  const predicted = mentionSpans(words, predictedTags);
  let next = 0;
  for (const span of mentionSpans(words, goldTags)) {
    let other = predicted[next];
    for (; other !== undefined && other.start < span.start; other = predicted[++next]) {
      mentions.add(other, inPredicted);
    }
    // Most gold mentions are predicted at their place: looking them up once is enough.
    const isPredicted = other !== undefined && isSameSpan(other, span);
    mentions.add(span, isPredicted ? inGold | inPredicted : inGold);
    if (isPredicted) next++;
  }
  for (const span of predicted.slice(next)) mentions.add(span, inPredicted);
  return {
    correct: mentions.count(inGold | inPredicted),
    predicted: mentions.count(inPredicted),
    gold: mentions.count(inGold),
  };
}

/**
 * `paperCounts` of entities. Throws InputError for entities that BIO cannot hold (nested, overlapping,
 * discontinuous): the paper's evaluator reads tags, so its F1 is not defined for them.
 */
export function paperCountsOfEntities(
  doc: Document,
  gold: readonly Entity[],
  predicted: readonly Entity[],
): Counts {
  const count = doc.words.length;
  return paperCounts(wordTexts(doc), encodeBio(count, gold), encodeBio(count, predicted));
}

/** Precision, recall and F1 of added counts with the evaluator's smoothing, so a perfect result is 1 - 1e-10 or so. */
export function paperScores({ correct, predicted, gold }: Counts): Scores {
  const precision = correct / (predicted + smoothing);
  const recall = correct / (gold + smoothing);
  const f1 = (2 * precision * recall) / (precision + recall + smoothing);
  return { precision, recall, f1 };
}
