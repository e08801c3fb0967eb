import { strip } from "../../codecs/whitespace.js";
import { excerpt } from "../../core/errors.js";
import type { Draft } from "./draft.js";

/**
 * The words of a document for a format that has words alone. Loses the text between them where it is not single
 * spaces; null, with the loss, for a document without words or with one that `canSpell` refuses.
 */
export function wordTextsOf(draft: Draft, canSpell: (word: string) => boolean = () => true): string[] | null {
  const { text, words: ranges } = draft.doc;
  const words = ranges.map(({ start, end }) => text.slice(start, end));
  if (words.length === 0) {
    draft.lose("empty", "it holds no word");
    return null;
  }
  const odd = words.find((word) => strip(word) !== word || !canSpell(word));
  if (odd !== undefined) {
    draft.lose("word", `the word ${excerpt(odd)} cannot be written`);
    return null;
  }
  if (words.join(" ") !== text) draft.lose("text", `the text between words: ${excerpt(firstGap(draft))}`);
  return words;
}

/** The first place where the words are not parted by one space, with a word on each side. */
function firstGap({ doc: { text, words } }: Draft): string {
  let before = 0;
  for (const [i, { start, end }] of words.entries()) {
    const gap = i === 0 ? "" : " ";
    if (text.slice(before, start) !== gap) return text.slice(words[i - 1]?.start ?? 0, end);
    before = end;
  }
  return text.slice(words.at(-1)?.start ?? 0);
}

/** The text of an entry in a text file of its own syntax; null, with the loss, for what UTF-8 or a reader cannot take. */
export function fileText(draft: Draft, text: string): string | null {
  if (text.isWellFormed() && !text.startsWith("\ufeff")) return text;
  draft.lose("word", "half a character, or a byte order mark at its start, cannot be written");
  return null;
}

/**
 * The text with white space that its format cannot hold written as spaces, one for one, so that offsets stay; noted as
 * a loss.
 */
export function spacedText(draft: Draft, whiteSpace: RegExp): string {
  const { text } = draft.doc;
  const spaced = text.replace(whiteSpace, (found) => " ".repeat(found.length));
  if (spaced !== text) draft.lose("text", "line ends inside its text");
  return spaced;
}
