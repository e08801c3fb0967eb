import { strip } from "../../codecs/whitespace.js";
import type { Words } from "../../core/document.js";
import { documentOfWords } from "../../core/document.js";
import { excerpt, FormatError } from "../../core/errors.js";
import type { Annotated, Mention, Place } from "./reader.js";
import { joinParts } from "./text-spans.js";

/** A mention by words: half-open. */
export interface WordSpan {
  readonly label: string;
  readonly parts: readonly Words[];
}

/**
 * A sentence that the file has cut into words, without the white space around them. Words of nothing else, which no
 * row can hold, are left out with a remark. Throws FormatError for mentions that are outside the words or hold only
 * such words, and for a sentence of them.
 */
export function annotateWords(
  place: Place,
  words: readonly string[],
  mentions: readonly WordSpan[],
): Pick<Annotated, "line" | "text" | "words" | "mentions" | "remarks"> {
  const { line } = place;
  for (const { label, parts } of mentions) {
    for (const { start, end } of parts) {
      if (start >= 0 && start < end && end <= words.length) continue;
      fail(place, `the ${excerpt(label)} at words [${start}, ${end}) is outside the ${words.length} words`);
    }
  }
  const stripped = words.map(strip);
  const kept = stripped.filter((word) => word !== "");
  if (kept.length === 0) fail(place, "holds no word");
  const doc = documentOfWords("", kept);
  const found = { line, text: doc.text, words: doc.words };
  if (kept.length === words.length) {
    return { ...found, mentions: mentions.map(({ label, parts }) => ({ label, parts: joinParts(parts) })) };
  }
  const remarks = stripped.flatMap((word, i) => {
    return word === "" ? [{ line, message: `word ${i} is empty: left out` }] : [];
  });
  return { ...found, mentions: mentions.map((mention) => withoutEmpty(mention, stripped, place)), remarks };
}

/** The mention counted in the words that are not empty. */
function withoutEmpty({ label, parts }: WordSpan, words: readonly string[], place: Place): Mention {
  const keptBefore = (index: number) => words.slice(0, index).filter((word) => word !== "").length;
  const shifted = parts
    .map(({ start, end }) => ({ start: keptBefore(start), end: keptBefore(end) }))
    .filter(({ start, end }) => end > start);
  if (shifted.length === 0) fail(place, `the ${excerpt(label)} holds only empty words`);
  return { label, parts: joinParts(shifted) };
}

function fail({ file, line }: Place, reason: string): never {
  throw new FormatError(file, line, reason);
}
