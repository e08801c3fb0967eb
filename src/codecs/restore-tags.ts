import { excerpt } from "../core/errors.js";
import type { Note, NoteKind } from "../core/notes.js";
import { type AlgorithmName, type AlignmentCondition, alignWords } from "../lcs/index.js";
import type { BackTokenize } from "./back-tokenize.js";
import type { BioTag } from "./bio.js";
import type { LabelSet } from "./label-set.js";
import { readGeneration } from "./read-generation.js";
import { type Repair, repairAlignment } from "./repair-alignment.js";
import { exactLabels, lenientLabels, type ResolveLabel } from "./resolve-label.js";
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
  const { sources, condition } = align(words, items, backTokenize, algorithm);
  const { tags, notes } = resolveTags(sources, exactLabels(labels));
  return { tags, items: sources, condition, notes: [...notes, ...lossNotes(words, items, sources)] };
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
  const { items, notes: readNotes } = readGeneration(generation, labels.labels);
  const { sources, condition, source, generated, matches } = align(words, items, backTokenize, algorithm);
  const repairs = condition === "equal" ? [] : repairAlignment(source, generated, matches);
  for (const repair of repairs) applyRepair(repair, items, sources);
  const resolved = resolveTags(sources, lenientLabels(labels, backTokenize));
  const filled = fillLostWords(joinedTags(repairs, resolved.tags), sources);
  const { tags, orphans } = repairOrphans(filled.tags);
  const notes = [
    ...readNotes,
    ...repairs.map((repair) => repairNote(repair, words, items)),
    ...resolved.notes,
    ...filled.words.map((i) => filledNote(words[i] ?? "", tags[i] ?? "O")),
    ...orphans.map((i) => orphanNote(words[i] ?? "")),
    ...lossNotes(words, items, sources, repairs),
  ];
  return { tags, items: sources, condition, notes };
}

function align(
  words: readonly string[],
  items: readonly TaggedWord[],
  backTokenize: BackTokenize,
  algorithm: AlgorithmName,
) {
  const source = backTokenize(words.map((word) => word.toLowerCase()));
  const generated = items.map(({ word }) => word.toLowerCase());
  const { matches, condition } = alignWords(source, generated, algorithm);
  const sources = words.map((_, i) => items[matches[i] ?? -1] ?? null);
  return { source, generated, matches, condition, sources };
}

function applyRepair(repair: Repair, items: readonly TaggedWord[], sources: (TaggedWord | null)[]): void {
  for (let i = repair.sourceStart; i < repair.sourceEnd; i++)
    sources[i] = items[repair.generatedStart] ?? null;
}

/** Source words that were generated as one carry one entity: its later words are inside it. */
function joinedTags(repairs: readonly Repair[], tags: readonly BioTag[]): BioTag[] {
  const joined = [...tags];
  for (const { sourceStart, sourceEnd } of repairs) {
    for (let i = sourceStart + 1; i < sourceEnd; i++) joined[i] = (joined[i] ?? "O").replace(/^B-/, "I-");
  }
  return joined;
}

function resolveTags(
  sources: readonly (TaggedWord | null)[],
  resolve: ResolveLabel,
): { tags: BioTag[]; notes: Note[] } {
  const invented = new Map<string, number>();
  const near = new Map<string, string>();
  const tags = sources.map((item): BioTag => {
    if (item === null || item.tag === "O") return "O";
    const generated = item.tag.slice(2);
    const { label, near: isNear } = resolve(generated);
    if (label === generated) return item.tag;
    if (label === null) {
      invented.set(generated, (invented.get(generated) ?? 0) + 1);
      return "O";
    }
    if (isNear) near.set(generated, label);
    return `${item.tag.slice(0, 2)}${label}`;
  });
  if (invented.size === 0 && near.size === 0) return { tags, notes: [] };
  const notes = [
    ...[...near].map(([generated, label]) =>
      note("near-label", `the generated label ${excerpt(generated)} was taken for ${excerpt(label)}`),
    ),
    ...[...invented].map(([label, count]) =>
      note(
        "invented-label",
        `the label ${excerpt(label)} was generated at ${plural(count, "word")} but not asked for`,
      ),
    ),
  ];
  return { tags, notes };
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
    if (i > 0 && sources[i - 1] === null && !words.includes(i - 1)) continue;
    const label = next.slice(2);
    filled[i] = filled[i - 1]?.slice(2) === label ? `I-${label}` : `B-${label}`;
    words.push(i);
  }
  return { tags: filled, words };
}

function filledNote(word: string, tag: BioTag): Note {
  return note("filled-word", `${excerpt(word)} was not generated; what follows it makes it ${tag}`);
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

function orphanNote(word: string): Note {
  return note(
    "orphan-inside",
    `the tag of ${excerpt(word)} continues no entity of its label; it was read as a start`,
  );
}

function repairNote({ kind, ...at }: Repair, words: readonly string[], items: readonly TaggedWord[]): Note {
  const source = words.slice(at.sourceStart, at.sourceEnd).join(" ");
  const generated = items.slice(at.generatedStart, at.generatedEnd).map(({ word }) => word);
  return note(kind, `${excerpt(source)} was generated as ${excerpt(generated.join(" "))}`);
}

function lossNotes(
  words: readonly string[],
  items: readonly TaggedWord[],
  sources: readonly (TaggedWord | null)[],
  repairs: readonly Repair[] = [],
): Note[] {
  const notes: Note[] = [];
  if (items.length === words.length && !sources.includes(null)) return notes;
  const lost = words.filter((_, i) => sources[i] === null);
  if (lost.length > 0) {
    notes.push(
      note("lost-words", `${plural(lost.length, "word")} not generated, first ${excerpt(lost[0] ?? "")}`),
    );
  }
  const used = new Set(sources);
  for (const { generatedStart, generatedEnd } of repairs) {
    for (const item of items.slice(generatedStart, generatedEnd)) used.add(item);
  }
  const added = items.filter((item) => !used.has(item));
  if (added.length > 0) {
    const first = excerpt(added[0]?.word ?? "");
    notes.push(
      note("added-words", `${plural(added.length, "generated word")} not in the source, first ${first}`),
    );
  }
  return notes;
}

function note(kind: NoteKind, message: string): Note {
  return { kind, message };
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
