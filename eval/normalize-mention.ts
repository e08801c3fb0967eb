import { strip } from "../src/codecs/whitespace.js";

const asciiPunctuation = /[!-/:-@[-`{-~]/g;

/** Python's `\b` is Unicode-aware, and its `\w` leaves combining marks out. JavaScript's `\b` knows ASCII only. */
const articles = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/**
 * A mention's text, or a label, as the paper's evaluator compares it: lower case, no ASCII punctuation, no English
 * articles, single spaces.
 */
export function normalizeMention(text: string): string {
  return fixWhiteSpace(text.toLowerCase().replace(asciiPunctuation, "").replace(articles, " "));
}

/** Single spaces for any run of what Python's `str.split` parts at, none at the ends. */
function fixWhiteSpace(text: string): string {
  return text
    .replace(/[\s\p{Cc}]/gu, (unit) => (strip(unit) === "" ? " " : unit))
    .split(" ")
    .filter((piece) => piece !== "")
    .join(" ");
}
