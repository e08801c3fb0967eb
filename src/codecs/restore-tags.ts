import { excerpt } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import { type AlignmentCondition, alignWords } from "../lcs/index.js";
import type { BioTag } from "./bio.js";
import type { LabelSet } from "./label-set.js";
import type { TaggedWord } from "./word-label.js";

/** Words as they come back from the model's tokenizer, each encoded and decoded alone. */
export type BackTokenize = (words: readonly string[]) => readonly string[];

/** The tag with the user's own label for a generated tag, or null where its label was not asked for. */
export type ResolveTag = (tag: BioTag) => BioTag | null;

export interface RestoredTags {
  /** One tag per source word, with the user's own label names. */
  readonly tags: readonly BioTag[];
  /** For each source word the index of the generated item it was aligned with, or -1. */
  readonly matches: Int32Array;
  /** Which of the paper's three conditions held. */
  readonly condition: AlignmentCondition;
  readonly notes: readonly Note[];
}

/**
 * Carries generated tags back to the source words (hierarchical matching, the paper's section 4.3). Words are
 * compared in lower case, the source words after back-tokenization. A source word without a partner and a word
 * with a label that was not asked for are outside any entity; notes say so.
 */
export function restoreTags(
  words: readonly string[],
  items: readonly TaggedWord[],
  resolveTag: ResolveTag,
  backTokenize: BackTokenize,
): RestoredTags {
  const source = backTokenize(words.map((word) => word.toLowerCase()));
  const generated = items.map(({ word }) => word.toLowerCase());
  const { matches, condition } = alignWords(source, generated);
  const invented = new Map<string, number>();
  const tags = Array.from(matches, (match: number): BioTag => {
    const generatedTag = items[match]?.tag;
    if (generatedTag === undefined) return "O";
    const tag = resolveTag(generatedTag);
    if (tag !== null) return tag;
    const label = generatedTag.slice(2);
    invented.set(label, (invented.get(label) ?? 0) + 1);
    return "O";
  });
  const notes = [...inventedNotes(invented), ...alignmentNotes(words, items, matches)];
  return { tags, matches, condition, notes };
}

/** Exactly the labels given, as the paper's evaluator has it: any other spelling is an invented label. */
export function exactTags(labels: readonly string[]): ResolveTag {
  const allowed = new Set(labels);
  return (tag) => (tag === "O" || allowed.has(tag.slice(2)) ? tag : null);
}

/** The labels as the prompt showed them, or as the model's tokenizer spells them, in any case. */
export function spelledTags({ labels, shown }: LabelSet, backTokenize: BackTokenize): ResolveTag {
  const spelled = backTokenize(shown.map((label) => label.toLowerCase()));
  const byForm = new Map<string, string>();
  for (const [i, label] of labels.entries()) {
    byForm.set(shown[i] ?? label, label);
    const form = spelled[i] ?? label;
    if (!byForm.has(form)) byForm.set(form, label);
  }
  return (tag) => {
    if (tag === "O") return tag;
    const form = tag.slice(2);
    const label = byForm.get(form) ?? byForm.get(form.toLowerCase());
    return label === undefined ? null : `${tag.slice(0, 2)}${label}`;
  };
}

function inventedNotes(invented: ReadonlyMap<string, number>): Note[] {
  return [...invented].map(([label, count]) => ({
    kind: "invented-label",
    message: `the model wrote the label ${excerpt(label)}, which was not asked for, at ${plural(count, "word")}`,
  }));
}

function alignmentNotes(words: readonly string[], items: readonly TaggedWord[], matches: Int32Array): Note[] {
  const notes: Note[] = [];
  const lost = words.filter((_, i) => matches[i] === -1);
  if (lost.length > 0) {
    const message = `the model left out ${plural(lost.length, "word")}, first ${excerpt(lost[0] ?? "")}`;
    notes.push({ kind: "lost-words", message });
  }
  const used = new Set(matches);
  const added = items.filter((_, i) => !used.has(i));
  if (added.length > 0) {
    const message = `the model added ${plural(added.length, "word")}, first ${excerpt(added[0]?.word ?? "")}`;
    notes.push({ kind: "added-words", message });
  }
  return notes;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
