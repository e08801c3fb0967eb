import { InputError } from "./errors.js";

declare const unit: unique symbol;

/**
 * A half-open range `[start, end)`. The unit is a phantom: a range of words cannot pass for a range of
 * characters, while plain `{ start, end }` literals fit either.
 */
interface Range<Unit> {
  readonly start: number;
  readonly end: number;
  readonly [unit]?: Unit;
}

/** A range of UTF-16 code units of a text: `text.slice(start, end)`. */
export type Chars = Range<"characters">;

/** A range of word indices of a document. */
export type Words = Range<"words">;

/** A text and where its words stand. Words are sorted, disjoint and never empty. */
export interface Document {
  readonly id: string;
  readonly text: string;
  readonly words: readonly Chars[];
}

/**
 * A labelled mention. `parts` are sorted, disjoint, non-empty word ranges: one part is a contiguous mention, two
 * or more a discontinuous one. Mentions may nest or overlap; nothing here forbids it.
 */
export interface Entity {
  readonly label: string;
  readonly parts: readonly Words[];
  /** The model's own probability for this mention, 0 to 1, where it offers one. */
  readonly score?: number;
}

/** A document, the label set it was annotated with, and its gold mentions. */
export interface Example {
  readonly doc: Document;
  readonly labels: readonly string[];
  readonly gold: readonly Entity[];
}

/** The text of word number `index`. Throws RangeError outside the document: that is a bug, never bad input. */
export function wordText(doc: Document, index: number): string {
  const word = doc.words[index];
  if (word === undefined) throw new RangeError(`word ${index} of ${doc.words.length}`);
  return doc.text.slice(word.start, word.end);
}

/** The texts of all words, in order. */
export function wordTexts(doc: Document): string[] {
  return doc.words.map(({ start, end }) => doc.text.slice(start, end));
}

/** Where the words of one part stand in the text: from its first word's start to its last word's end. */
export function partChars(doc: Document, part: Words): Chars {
  const first = doc.words[part.start];
  const last = doc.words[part.end - 1];
  if (first === undefined || last === undefined || part.end <= part.start) {
    throw new RangeError(`words [${part.start}, ${part.end}) of ${doc.words.length}`);
  }
  return { start: first.start, end: last.end };
}

/** A contiguous mention of the words `[start, end)`. */
export function flatEntity(label: string, start: number, end: number, score?: number): Entity {
  const entity = { label, parts: [{ start, end }] };
  return score === undefined ? entity : { ...entity, score };
}

/**
 * A document of words that are already cut, as corpora have them; the text is the words joined by single spaces.
 * Throws InputError for an empty word.
 */
export function documentOfWords(id: string, words: readonly string[]): Document {
  const ranges: Chars[] = [];
  let start = 0;
  for (const word of words) {
    if (word.length === 0) throw new InputError(`document ${id}: word ${ranges.length} is empty`);
    ranges.push({ start, end: start + word.length });
    start += word.length + 1;
  }
  return { id, text: words.join(" "), words: ranges };
}
