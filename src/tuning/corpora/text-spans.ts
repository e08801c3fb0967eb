import type { Chars, Words } from "../../core/document.js";
import { excerpt, FormatError } from "../../core/errors.js";
import { splitWords } from "../../core/words.js";
import type { Annotated, Mention, Place, Remark } from "./reader.js";

/** A mention by characters. */
export interface Span {
  readonly label: string;
  /** In the unit of the text's offsets, in any order. */
  readonly parts: readonly Chars[];
  /** The mention's text as the file repeats it: it must be what stands there, or a remark says so. */
  readonly surface?: string | undefined;
  /** Where the span stands in the file, if not where its text does. */
  readonly line?: number;
}

/** What offsets count: Unicode code points, as Python tools do, or UTF-16 units, as browsers do. */
export type OffsetUnit = "code-points" | "utf16";

/**
 * A text with mentions by characters. Words are those of `splitWords`, cut where a span begins or ends inside one,
 * so that every span is exactly its words; white space at a span's ends belongs to no word and is left out with a
 * remark. Throws FormatError for a span that is empty, outside the text, or without any word.
 */
export function annotateText(
  { file, line }: Place,
  text: string,
  spans: readonly Span[],
  unit: OffsetUnit,
): Pick<Annotated, "line" | "text" | "words" | "mentions" | "remarks"> {
  const toUtf16 = unit === "utf16" ? (offset: number) => offset : codePointOffsets(text);
  const placed = spans.map((span) => {
    const at = span.line ?? line;
    const parts = span.parts.map(({ start, end }) => {
      const range = { start: toUtf16(start), end: toUtf16(end) };
      const fault = rangeFault(text, range);
      if (fault === null) return range;
      throw new FormatError(file, at, `the ${excerpt(span.label)} at ${start}-${end} ${fault}`);
    });
    if (parts.length === 0) throw new FormatError(file, at, `a ${excerpt(span.label)} stands nowhere`);
    return { ...span, line: at, parts };
  });
  const words = cutWords(splitWords(text), placed);
  const remarks: Remark[] = [];
  const mentions = placed.map((span): Mention => {
    const remark = surfaceRemark(text, span);
    if (remark !== null) remarks.push({ line: span.line, message: remark });
    const parts = span.parts.map((part) => {
      const range = wordsInside(words, part);
      const found = excerpt(text.slice(part.start, part.end));
      if (range === null) {
        throw new FormatError(file, span.line, `the ${excerpt(span.label)} ${found} holds no word`);
      }
      if (words[range.start]?.start !== part.start || words[range.end - 1]?.end !== part.end) {
        remarks.push({ line: span.line, message: `white space at the ends of ${found} is left out` });
      }
      return range;
    });
    return { label: span.label, parts: joinParts(parts), line: span.line };
  });
  return remarks.length > 0 ? { line, text, words, mentions, remarks } : { line, text, words, mentions };
}

/** From offsets in code points to offsets in UTF-16; NaN for what is no offset of the text. */
function codePointOffsets(text: string): (offset: number) => number {
  if (!/[\ud800-\udbff]/.test(text)) return (offset) => offset;
  const starts = [0];
  for (const character of text) starts.push((starts.at(-1) ?? 0) + character.length);
  return (offset) => starts[offset] ?? Number.NaN;
}

function rangeFault(text: string, { start, end }: Chars): string | null {
  if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end <= text.length)) {
    return `is outside the text of ${text.length} characters`;
  }
  if (end <= start) return "is empty";
  return [start, end].some((at) => insidePair(text, at)) ? "begins or ends inside a character" : null;
}

/** Whether a place in UTF-16 units parts a surrogate pair. */
export function insidePair(text: string, at: number): boolean {
  return at > 0 && (text.codePointAt(at - 1) ?? 0) > 0xffff;
}

/** The words that `annotateText` gives a text whose mentions stand at these UTF-16 ranges. */
export function wordsAround(text: string, parts: readonly Chars[]): Chars[] {
  return cutWords(splitWords(text), [{ parts }]);
}

/** The words with a cut at every end of a span that falls inside one. */
function cutWords(words: readonly Chars[], spans: readonly { readonly parts: readonly Chars[] }[]): Chars[] {
  const cuts = [
    ...new Set(spans.flatMap(({ parts }) => parts.flatMap(({ start, end }) => [start, end]))),
  ].sort((a, b) => a - b);
  const pieces: Chars[] = [];
  let next = 0;
  for (const { start, end } of words) {
    let from = start;
    while ((cuts[next] ?? Infinity) <= from) next++;
    for (let cut = cuts[next]; cut !== undefined && cut < end; cut = cuts[++next]) {
      pieces.push({ start: from, end: cut });
      from = cut;
    }
    pieces.push({ start: from, end });
  }
  return pieces;
}

/** The words inside a range; null where there are none. */
function wordsInside(words: readonly Chars[], { start, end }: Chars): Words | null {
  const first = lowerBound(words, start);
  let last = first;
  while ((words[last]?.end ?? Infinity) <= end) last++;
  return last > first ? { start: first, end: last } : null;
}

/** The index of the first word that starts at `offset` or behind it. */
function lowerBound(words: readonly Chars[], offset: number): number {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[middle]?.start ?? Infinity) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sorted and disjoint. Fragments with no word between them are one part: annotation tools split at line ends. */
export function joinParts(parts: readonly Words[]): Words[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of parts.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = joined.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

function surfaceRemark(text: string, { surface, parts, label }: Span): string | null {
  if (surface === undefined) return null;
  const found = parts.map(({ start, end }) => text.slice(start, end)).join(" ");
  if (oneLine(found) === oneLine(surface)) return null;
  return `the ${excerpt(label)} ${excerpt(surface)} is ${excerpt(found)} in the text`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
