import { InputError } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import { type AlgorithmName, type Alignment, type AlignmentCondition, alignWords } from "../lcs/index.js";
import { type BackTokenize, noBackTokenization } from "./back-tokenize.js";
import type { BioTag } from "./bio.js";
import type { LabelSet } from "./label-set.js";
import { withoutLeadIns } from "./lead-ins.js";
import { type ReadGeneration, readGeneration } from "./read-generation.js";
import { type Repair, repairAlignment } from "./repair-alignment.js";
import { lenientLabels, notedLabels, type ResolveLabel } from "./resolve-label.js";
import {
  filledNote,
  inventedNotes,
  lossNotes,
  orphanNote,
  repairNote,
  untaggedNote,
} from "./restore-notes.js";
import { parseWordLabels, type TaggedWord } from "./word-label.js";

/** Generated text, carried back to the source words. */
export interface RestoredTags {
  /** One tag per source word, with the labels as the user gave them. */
  readonly tags: readonly BioTag[];
  /** For each source word the generated item that its tag comes from, or null. */
  readonly items: readonly (TaggedWord | null)[];
  /** Which of the paper's three conditions held before any repair. */
  readonly condition: AlignmentCondition;
  readonly notes: readonly Note[];
}

/**
 * Hierarchical matching as the paper's evaluator does it (section 4.3), its faults included: words compared in lower
 * case, source words after back-tokenization; a word without a partner and a word whose label is not exactly one of
 * `labels` are outside any entity.
 */
export function restoreTagsAsPaper(
  words: readonly string[],
  generation: string,
  labels: readonly string[],
  backTokenize: BackTokenize,
  algorithm: AlgorithmName = "automatic",
): RestoredTags {
  const items = parseWordLabels(generation);
  const { matches, condition } = align(words, items, lowerThenSpell(backTokenize), algorithm);
  const sources = itemsOfWords(items, matches, condition);
  const { tags, notes } = exactTags(sources, labels);
  if (condition !== "equal") notes.push(...lossNotes(words, items, matches));
  return { tags, items: sources, condition, notes };
}

/**
 * The same, made good where the text shows what was meant: a lenient parser (`readGeneration`), words with slips,
 * split or joined words between aligned ones (`repairAlignment`), labels with slips (`lenientLabels`), `I-` tags that
 * continue nothing. Every repair leaves a note.
 */
export function restoreTags(
  words: readonly string[],
  generation: string,
  labels: LabelSet,
  backTokenize: BackTokenize,
  algorithm: AlgorithmName = "automatic",
): RestoredTags {
  return restoreItems(words, readGeneration(generation, labels.labels), labels, backTokenize, algorithm);
}

/** `restoreTags` for items that were read from another form of text. */
export function restoreItems(
  words: readonly string[],
  read: ReadGeneration,
  labels: LabelSet,
  backTokenize: BackTokenize,
  algorithm: AlgorithmName = "automatic",
): RestoredTags {
  const spelling = spellThenLower(backTokenize);
  const { items, passedOver } = withoutLeadIns(read.items, () => spelled(words, spelling));
  const { matches, condition, source, generated } = align(words, items, spelling, algorithm);
  const repairs = condition === "equal" ? [] : repairAlignment(source, generated, matches);
  for (const repair of repairs) matches.fill(repair.generatedStart, repair.sourceStart, repair.sourceEnd);
  const sources = itemsOfWords(items, matches, condition);
  const resolved = lenientTags(sources, lenientLabels(labels, backTokenize));
  const filled = fillLostWords(joinedTags(repairs, resolved.tags), sources);
  const { tags, orphans } = repairOrphans(filled.tags);
  const notes = [
    ...read.notes,
    ...passedOver.map(untaggedNote),
    ...repairs.map((repair) => repairNote(repair, words, items)),
    ...resolved.notes,
    ...filled.words.map((i) => filledNote(words[i] ?? "", tags[i] ?? "O")),
    ...orphans.map((i) => orphanNote(words[i] ?? "")),
    ...(condition === "equal" ? [] : lossNotes(words, items, matches, repairs)),
  ];
  return { tags, items: sources, condition, notes };
}

/** How source words are written for comparison with generated ones in lower case; null: just so. */
type Spelling = BackTokenize | null;

const toLower = (words: readonly string[]) => words.map((word) => word.toLowerCase());

/** Source words as they are compared. */
function spelled(words: readonly string[], spelling: Spelling): readonly string[] {
  return spelling === null ? toLower(words) : spelling(words);
}

/** The evaluator's order. */
function lowerThenSpell(backTokenize: BackTokenize): Spelling {
  return backTokenize === noBackTokenization ? null : (words) => backTokenize(toLower(words));
}

/** The model's order: it read the words as they stand, and a tokenizer may bring capitals of its own (`[UNK]`). */
function spellThenLower(backTokenize: BackTokenize): Spelling {
  return backTokenize === noBackTokenization ? null : (words) => toLower(backTokenize(words));
}

/** Beyond some hundred million cells the oracle takes minutes and gigabytes, and nothing can interrupt it. */
const mostCells = 4e8;

interface ComparedWords extends Omit<Alignment, "algorithm"> {
  /** As they were compared. */
  readonly source: readonly string[];
  readonly generated: readonly string[];
}

function align(
  words: readonly string[],
  items: readonly TaggedWord[],
  spelling: Spelling,
  algorithm: AlgorithmName,
): ComparedWords {
  // Words that are equal as they stand are so in lower case: most generations are spared that.
  if (spelling === null && isCopy(words, items)) {
    const matches = new Int32Array(words.length);
    for (let i = 0; i < matches.length; i++) matches[i] = i;
    return { matches, condition: "equal", source: words, generated: words };
  }
  const source = spelled(words, spelling);
  const generated = items.map(({ word }) => word.toLowerCase());
  if (algorithm === "quadratic" && source.length * generated.length > mostCells) {
    const size = `${source.length} by ${generated.length} words`;
    throw new InputError(`${size} are too many for the quadratic algorithm: take another`);
  }
  const { matches, condition } = alignWords(source, generated, algorithm);
  return { matches, condition, source, generated };
}

function isCopy(words: readonly string[], items: readonly TaggedWord[]): boolean {
  return items.length === words.length && items.every(({ word }, i) => word === words[i]);
}

/** For each source word its generated item. */
function itemsOfWords(
  items: readonly TaggedWord[],
  matches: Int32Array,
  condition: AlignmentCondition,
): readonly (TaggedWord | null)[] {
  if (condition === "equal") return items;
  const sources: (TaggedWord | null)[] = [];
  for (let i = 0; i < matches.length; i++) {
    const match = matches[i] ?? -1;
    // Reading an array at -1 is slow.
    sources.push(match === -1 ? null : (items[match] ?? null));
  }
  return sources;
}

/** Source words that were generated as one carry one entity: its later words are inside it. */
function joinedTags(repairs: readonly Repair[], tags: readonly BioTag[]): BioTag[] {
  const joined = [...tags];
  for (const { sourceStart, sourceEnd } of repairs) {
    for (let i = sourceStart + 1; i < sourceEnd; i++) joined[i] = (joined[i] ?? "O").replace(/^B-/, "I-");
  }
  return joined;
}

/** The tags that have exactly one of these labels; what has another label is outside. */
function exactTags(
  sources: readonly (TaggedWord | null)[],
  labels: readonly string[],
): { tags: BioTag[]; notes: Note[] } {
  const invented = new Map<string, number>();
  // Labels come in runs: the last one is tried first.
  let last: string | undefined;
  const tags = sources.map((item): BioTag => {
    const tag = item === null ? "O" : item.tag;
    if (tag === "O" || (last !== undefined && isTagOf(last, tag))) return tag;
    const label = labels.find((one) => isTagOf(one, tag));
    if (label !== undefined) {
      last = label;
      return tag;
    }
    const generated = tag.slice(2);
    invented.set(generated, (invented.get(generated) ?? 0) + 1);
    return "O";
  });
  return { tags, notes: inventedNotes(invented, "words") };
}

/** `label === tag.slice(2)` without cutting the tag. */
function isTagOf(label: string, tag: BioTag): boolean {
  return tag.length === label.length + 2 && tag.endsWith(label);
}

/** The tags with the user's labels for the generated ones; what has a label that resolves to none is outside. */
function lenientTags(
  sources: readonly (TaggedWord | null)[],
  resolve: ResolveLabel,
): { tags: BioTag[]; notes: Note[] } {
  const noted = notedLabels(resolve, "words");
  const tags = sources.map((item): BioTag => {
    if (item === null || item.tag === "O") return "O";
    const generated = item.tag.slice(2);
    const label = noted.of(generated);
    if (label === generated) return item.tag;
    return label === null ? "O" : `${item.tag.slice(0, 2)}${label}`;
  });
  return { tags, notes: noted.notes() };
}

/**
 * A word that was not generated, directly before an `I-`, belongs to that entity: it is inside where its label goes on
 * from before, else it is the start that the `I-` lacks. Only single words: what is missing more widely stays missing.
 */
function fillLostWords(
  tags: readonly BioTag[],
  sources: readonly (TaggedWord | null)[],
): { tags: BioTag[]; words: number[] } {
  const filled = [...tags];
  const words: number[] = [];
  for (let i = 0; i + 1 < tags.length; i++) {
    const next = tags[i + 1] ?? "O";
    if (sources[i] !== null || !next.startsWith("I-")) continue;
    if (i > 0 && sources[i - 1] === null && words.at(-1) !== i - 1) continue;
    const label = next.slice(2);
    filled[i] = filled[i - 1]?.slice(2) === label ? `I-${label}` : `B-${label}`;
    words.push(i);
  }
  return { tags: filled, words };
}

/** An `I-` behind anything but its own label starts an entity: it becomes `B-`. */
function repairOrphans(tags: readonly BioTag[]): { tags: BioTag[]; orphans: number[] } {
  const orphans: number[] = [];
  const repaired = tags.map((tag, i) => {
    if (!tag.startsWith("I-") || tags[i - 1]?.slice(2) === tag.slice(2)) return tag;
    orphans.push(i);
    return `B-${tag.slice(2)}`;
  });
  return { tags: repaired, orphans };
}
