import { documentOfWords } from "../../core/document.js";
import { excerpt, FormatError } from "../../core/errors.js";
import { readInlineTypesCell } from "../corpora/inline-types.js";
import { absentMark, readOpenTypesLine } from "../corpora/open-types.js";
import type { Annotated } from "../corpora/reader.js";
import { readTaggedLine } from "../corpora/tagged-lines.js";
import type { Draft, Encode } from "./draft.js";
import type { CharMention } from "./mentions.js";
import { charMentions, contiguousMentions, flatMentions, spelledMentions } from "./mentions.js";
import { encodeTags } from "./tags.js";
import { fileText, spacedText, wordTextsOf } from "./word-texts.js";

/** A line of open types: `[words](type)` inline, then `## absent:` types. White space at the ends is lost. */
export const encodeOpenTypes: Encode<string> = (draft) => {
  draft.hasNoPlaceFor("sourceId", "document", "declared");
  const mentions = markedMentions(draft, (label) => /^[^()[\]\r\n]+$/.test(label));
  const text = spacedText(draft, /[\r\n]/g);
  const body = withMarkup(text, mentions, ({ label }, words) => `[${words}](${label})`).trim();
  if (text.trim() !== text) draft.lose("text", "white space at the ends of its text");
  const present = new Set(mentions.map(({ label }) => label));
  const absent = (draft.doc.absent ?? []).filter((type) => {
    const isPlain = type !== "" && !/[,\r\n]/.test(type) && type.trim() === type && !present.has(type);
    if (!isPlain) draft.lose("absent", `the absent type ${excerpt(type)}`);
    return isPlain;
  });
  // A text that holds the mark itself needs one behind it.
  const list = absent.length > 0 || body.includes(absentMark) ? ` ${absentMark} ${absent.join(", ")}` : "";
  const line = `${body}${list}`;
  if (line.trim() === "") {
    draft.lose("empty", "it holds no text");
    return null;
  }
  const before = text.length - text.trimStart().length;
  const shifted = mentions.map(({ label, start, end }) => ({
    label,
    start: start - before,
    end: end - before,
  }));
  const expected = { text: text.trim(), mentions: shifted };
  return readBack(draft, line, expected, (found) => readOpenTypesLine(found, place));
};

/** The cell of a text with `[type : words]` inline. */
export const encodeInlineTypes: Encode<string> = (draft) => {
  draft.hasNoPlaceFor("sourceId", "document", "absent", "declared");
  const mentions = markedMentions(draft, (label) => /^[^[\]:]+$/.test(label) && label.trim() === label);
  const text = spacedText(draft, /\r(?=\n)/g);
  const marked = withMarkup(text, mentions, ({ label }, words) => `[${label} : ${words}]`);
  return readBack(draft, marked, { text, mentions }, (cell) => readInlineTypesCell(cell, place));
};

/** A line of `word:tag` items in BIO. */
export const encodeTaggedLine: Encode<string> = (draft) => {
  draft.hasNoPlaceFor("sourceId", "document", "absent", "declared");
  const spelled = spelledMentions(draft, contiguousMentions(draft), (label) => /^[^\s:]+$/.test(label));
  const mentions = flatMentions(draft, spelled);
  const words = wordTextsOf(draft, (word) => !/[ \t\r\n]/.test(word));
  if (words === null) return null;
  const tags = encodeTags("bio", words.length, mentions);
  const line = words.map((word, i) => `${word}:${tags[i]}`).join(" ");
  const { text, words: ranges } = documentOfWords("", words);
  const placed = mentions.map(({ label, words: { start, end } }) => {
    return { label, start: ranges[start]?.start ?? 0, end: ranges[end - 1]?.end ?? 0 };
  });
  return readBack(draft, line, { text, mentions: placed }, (found) => readTaggedLine(found, "", 1));
};

const place = { file: "", line: 1 };

function markedMentions(draft: Draft, canSpell: (label: string) => boolean): CharMention[] {
  const spelled = spelledMentions(draft, contiguousMentions(draft), canSpell);
  return charMentions(draft, flatMentions(draft, spelled));
}

function withMarkup(
  text: string,
  mentions: readonly CharMention[],
  mark: (mention: CharMention, words: string) => string,
): string {
  let marked = "";
  let end = 0;
  for (const mention of mentions) {
    marked += text.slice(end, mention.start) + mark(mention, text.slice(mention.start, mention.end));
    end = mention.end;
  }
  return marked + text.slice(end);
}

/** What a reader is to find in a line. */
interface Expected {
  readonly text: string;
  readonly mentions: readonly CharMention[];
}

/**
 * The line, if its reader finds the text and mentions in it: what looks like markup in a text cannot be escaped.
 * Otherwise null, with the loss.
 */
function readBack(
  draft: Draft,
  line: string,
  expected: Expected,
  read: (line: string) => Pick<Annotated, "text" | "words" | "mentions">,
): string | null {
  try {
    const found = read(line);
    const spans = found.mentions.map(({ label, parts }) => {
      const { start, end } = parts[0] ?? { start: 0, end: 0 };
      return [label, found.words[start]?.start, found.words[end - 1]?.end];
    });
    const asked = expected.mentions.map(({ label, start, end }) => [label, start, end]);
    if (found.text === expected.text && JSON.stringify(spans) === JSON.stringify(asked)) {
      return fileText(draft, line);
    }
  } catch (error) {
    // What its reader refuses cannot be written.
    if (!(error instanceof FormatError)) throw error;
  }
  draft.lose("word", `its text would be read as markup: ${excerpt(line)}`);
  return null;
}
