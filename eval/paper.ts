import { type BioTag, encodeBio, labelOfTag } from "../src/codecs/bio.js";
import { strip } from "../src/codecs/whitespace.js";
import { type Document, type Entity, wordTexts } from "../src/core/document.js";
import { InputError } from "../src/core/errors.js";
import type { Counts, Scores } from "./counts.js";

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
  const gold = mentionsOf(words, goldTags);
  const predicted = mentionsOf(words, predictedTags);
  let correct = 0;
  for (const mention of predicted) if (gold.has(mention)) correct++;
  return { correct, predicted: predicted.size, gold: gold.size };
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

/**
 * The distinct mentions of a tag sequence, as keys. They are cut differently than by `decodeBio`: `B-` and `O` end a
 * mention, `I-` never does, even with another label; the label of a mention is that of its last word.
 */
function mentionsOf(words: readonly string[], tags: readonly BioTag[]): ReadonlySet<string> {
  if (words.length !== tags.length) throw new InputError(`${words.length} words but ${tags.length} tags`);
  const mentions = new Set<string>();
  let mention: string | null = null;
  let lastTag = "O";
  for (let i = 0; i <= words.length; i++) {
    const tag = tags[i] ?? "O";
    if (tag === "O" && mention === null) continue;
    const isInside = tag.startsWith("I-");
    if (mention !== null && !isInside) {
      // Normalised text holds no line break, so the key is as good as the pair. It may be empty ("The") and still counts.
      mentions.add(`${normalizeMention(mention)}\n${normalizedLabel(lastTag)}`);
      mention = null;
    }
    if (tag === "O") continue;
    if (!isInside) labelOfTag(tag);
    mention = mention === null ? (words[i] ?? "") : `${mention} ${words[i]}`;
    lastTag = tag;
  }
  return mentions;
}

/** Labels repeat all the time, mentions do not. */
const labelCache = new Map<BioTag, string>();

function normalizedLabel(tag: BioTag): string {
  const known = labelCache.get(tag);
  if (known !== undefined) return known;
  const label = normalizeMention(labelOfTag(tag) ?? "");
  if (labelCache.size >= 10_000) labelCache.clear();
  labelCache.set(tag, label);
  return label;
}

const plainWords = /^[A-Za-z0-9]+(?: [A-Za-z0-9]+)*$/;
const plainArticles = /(?:^| )(?:a|an|the)(?: |$)/;

const asciiPunctuation = /[!-/:-@[-`{-~]/g;

/** Python's `\b` is Unicode-aware, and its `\w` leaves combining marks out. JavaScript's `\b` knows ASCII only. */
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** Single spaces for any run of what Python's `str.split` parts at, none at the ends. */
function fixWhiteSpace(text: string): string {
  if (/^(?:[!-~]+(?: [!-~]+)*)?$/.test(text)) return text;
  return text
    .replace(/[\s\p{Cc}]/gu, (unit) => (strip(unit) === "" ? " " : unit))
    .split(" ")
    .filter((piece) => piece !== "")
    .join(" ");
}

/**
 * A mention's text, or a label, as the paper's evaluator compares it: lower case, no ASCII punctuation, no English
 * articles, single spaces.
 */
export function normalizeMention(text: string): string {
  // Most mentions are plain words; telling so costs a tenth of what the general way costs.
  if (plainWords.test(text)) {
    const lower = text.toLowerCase();
    if (!plainArticles.test(lower)) return lower;
  }
  return fixWhiteSpace(text.toLowerCase().replace(asciiPunctuation, "").replace(articles, " "));
}
