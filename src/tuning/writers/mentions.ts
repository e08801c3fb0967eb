import type { Chars, Words } from "../../core/document.js";
import { partChars } from "../../core/document.js";
import { excerpt } from "../../core/errors.js";
import type { Mention } from "../corpora/reader.js";
import { insidePair, wordsAround } from "../corpora/text-spans.js";
import type { Draft } from "./draft.js";

/** A contiguous mention. */
export interface WordMention {
  readonly label: string;
  readonly words: Words;
  readonly line: number | undefined;
}

/** A contiguous mention by UTF-16 units. */
export interface CharMention extends Chars {
  readonly label: string;
}

/** The mentions of one part. Loses those of several. */
export function contiguousMentions(draft: Draft): WordMention[] {
  return draft.doc.mentions.flatMap((mention) => {
    const { label, parts, line } = mention;
    const [words, ...more] = parts;
    if (words !== undefined && more.length === 0) return [{ label, words, line }];
    draft.lose("fragments", `${described(draft, mention)} is discontinuous`, line);
    return [];
  });
}

/** The mentions whose label can be spelled. Loses the others. */
export function spelledMentions<T extends { readonly label: string; readonly line: number | undefined }>(
  draft: Draft,
  mentions: readonly T[],
  canSpell: (label: string) => boolean,
): T[] {
  return mentions.filter(({ label, line }) => {
    if (canSpell(label)) return true;
    draft.lose("label", `the label ${excerpt(label)} cannot be written`, line);
    return false;
  });
}

/** Mentions that share no word, sorted. Of those that overlap the longest is kept; loses the others. */
export function flatMentions(draft: Draft, mentions: readonly WordMention[]): WordMention[] {
  const taken = new Set<number>();
  const longestFirst = mentions.toSorted(
    (a, b) => lengthOf(b) - lengthOf(a) || a.words.start - b.words.start,
  );
  const kept = longestFirst.filter((mention) => {
    const { start, end } = mention.words;
    const indices = Array.from({ length: end - start }, (_, i) => start + i);
    if (indices.some((index) => taken.has(index))) {
      const { label, words, line } = mention;
      draft.lose("overlap", `${described(draft, { label, parts: [words] })} overlaps another mention`, line);
      return false;
    }
    for (const index of indices) taken.add(index);
    return true;
  });
  return kept.toSorted((a, b) => a.words.start - b.words.start);
}

/** Sorted mentions, none directly behind another of its label. Loses those. */
export function separateMentions(draft: Draft, mentions: readonly WordMention[]): WordMention[] {
  let before: WordMention | undefined;
  return mentions.filter((mention) => {
    const { label, words, line } = mention;
    const touches = before?.label === label && before.words.end === words.start;
    if (touches) {
      const name = described(draft, { label, parts: [words] });
      draft.lose("adjacent", `${name} stands directly behind another`, line);
    } else before = mention;
    return !touches;
  });
}

/**
 * Contiguous mentions as ranges of the text. Loses those whose range readers would not take for words, and notes
 * where a reader will cut the text into other words.
 */
export function charMentions(draft: Draft, mentions: readonly WordMention[]): CharMention[] {
  const { doc } = draft;
  const placed = mentions.map(({ label, words, line }) => ({ label, line, ...charsOf(draft, words) }));
  const cut = wordsAround(doc.text, placed);
  const starts = new Set(cut.map(({ start }) => start));
  const ends = new Set(cut.map(({ end }) => end));
  const kept = placed.filter(({ label, line, start, end }) => {
    if (starts.has(start) && ends.has(end) && !insidePair(doc.text, start) && !insidePair(doc.text, end))
      return true;
    const surface = excerpt(doc.text.slice(start, end));
    draft.lose(
      "label",
      `the ${excerpt(label)} ${surface} begins or ends with what is no word in a text`,
      line,
    );
    return false;
  });
  const words = kept.length === placed.length ? cut : wordsAround(doc.text, kept);
  if (!sameRanges(words, doc.words)) draft.lose("words", "readers cut its text into other words");
  return kept.map(({ label, start, end }) => ({ label, start, end }));
}

/** Where words of the draft's document stand. */
export function charsOf({ doc }: Draft, words: Words): Chars {
  return partChars({ id: "", text: doc.text, words: doc.words }, words);
}

function described(draft: Draft, { label, parts }: Pick<Mention, "label" | "parts">): string {
  const pieces = parts.map((part) => {
    const { start, end } = charsOf(draft, part);
    return draft.doc.text.slice(start, end);
  });
  return `the ${excerpt(label)} ${excerpt(pieces.join(" … "))}`;
}

function lengthOf({ words }: WordMention): number {
  return words.end - words.start;
}

function sameRanges(some: readonly Chars[], others: readonly Chars[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ start, end }, i) => start === others[i]?.start && end === others[i]?.end)
  );
}
