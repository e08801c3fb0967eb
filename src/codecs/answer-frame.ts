import { strip } from "./whitespace.js";
import type { TaggedWord } from "./word-label.js";

/** From where on tags count: behind what a model thinks aloud, `<think> ... </think>`, which may hold some too. */
export function answerStart(text: string): number {
  if (!text.trimStart().startsWith("<think>")) return 0;
  const mark = "</think>";
  const end = text.lastIndexOf(mark);
  // Thinking that never came to an end holds no answer.
  return end === -1 ? text.length : end + mark.length;
}

/** What stands before the first word. */
export interface Preamble {
  /** Where the first word starts, white space aside. */
  readonly start: number;
  /** Words of the model's own on the lines before; empty where there are none. */
  readonly passedOver: string;
}

/**
 * Passes over what is no word of the answer: an echoed prompt, thinking, and lines before that of the first word, such
 * as "Here is the result:" or the opening of a code fence. `firstTag` is where the first tag starts.
 */
export function withoutPreamble(text: string, firstTag: number): Preamble {
  // Without a tag there is no answer to stand before.
  if (firstTag === text.length) return { start: 0, passedOver: "" };
  const echoEnd = echoedPromptEnd(text, firstTag);
  if (echoEnd > 0) return { start: echoEnd, passedOver: "" };
  const from = answerStart(text);
  const head = text.slice(from, firstTag);
  const lineStart = head.trimEnd().lastIndexOf("\n") + 1;
  const lines = head.slice(0, lineStart);
  // A tag cut by a line break is no preamble.
  if (/[(（【［]\s*[BI]\s?-/iu.test(lines)) return { start: from, passedOver: "" };
  const words = strip(lines.replace(/^[ \t]*```.*$/gm, ""));
  return { start: from + lineStart, passedOver: /[\p{L}\p{N}]/u.test(words) ? words : "" };
}

/** Behind an echoed `[INST] ... [/INST]`; the last such mark before the first tag, as the sentence may hold one too. */
function echoedPromptEnd(text: string, firstTag: number): number {
  // Two `\s*` in one pattern would take quadratic time on a text of spaces.
  if (!/^(?:<s>\s*)?\[INST\]/.test(text.trimStart())) return 0;
  const mark = "[/INST]";
  let end = text.lastIndexOf(mark, firstTag);
  // `[/INST](O)` is a word of the answer, not the end of the prompt.
  if (end !== -1 && end + mark.length === firstTag) end = text.lastIndexOf(mark, end - 1);
  return end === -1 ? 0 : end + mark.length;
}

/**
 * Where a word starts behind the tag that ends at `start`: behind the comma that parts `word(tag), word(tag)`. A comma
 * that is a word of its own has a space before it, or nothing behind it.
 */
export function withoutSeparator(text: string, start: number, end: number): number {
  if (text.charAt(start) !== "," || text.charAt(start - 1) === "" || !/\s/.test(text.charAt(start + 1)))
    return start;
  return strip(text.slice(start + 1, end)) === "" ? start : start + 1;
}

const wrappers: ReadonlyMap<string, string> = new Map([
  ["`", "`"],
  ["```", "```"],
  ["*", "*"],
  ["**", "**"],
  ['"', '"'],
  ["'", "'"],
  ["“", "”"],
  ["«", "»"],
]);

/** The items of an answer that stands whole in quotes or marks: without the one before its first word. */
export function withoutWrapper(items: readonly TaggedWord[], rest: string): readonly TaggedWord[] {
  const [first, ...others] = items;
  if (first === undefined) return items;
  for (const [open, close] of wrappers) {
    const word = first.word.slice(open.length);
    if (rest === close && first.word.startsWith(open) && strip(word) !== "") {
      return [{ ...first, word: strip(word) }, ...others];
    }
  }
  return items;
}

/** Marks of Markdown that close what opened on an earlier line. */
export function isMarkup(rest: string): boolean {
  return /^(?:```|\*{1,3})$/.test(rest);
}
