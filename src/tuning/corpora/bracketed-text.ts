import type { Span } from "./text-spans.js";

/** A text without its inline markup, and the mentions that the markup held, in UTF-16 units. */
export interface PlainText {
  readonly text: string;
  readonly spans: readonly Span[];
}

/**
 * Takes inline markup out of a text. `pattern` is global and has the groups `label` and `words`; its matches are
 * replaced by their words.
 */
export function withoutMarkup(marked: string, pattern: RegExp): PlainText {
  const spans: Span[] = [];
  let text = "";
  let end = 0;
  for (const match of marked.matchAll(pattern)) {
    const { label = "", words = "" } = match.groups ?? {};
    text += marked.slice(end, match.index);
    spans.push({ label, parts: [{ start: text.length, end: text.length + words.length }] });
    text += words;
    end = match.index + match[0].length;
  }
  return { text: text + marked.slice(end), spans };
}
