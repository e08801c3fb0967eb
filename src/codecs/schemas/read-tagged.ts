import type { Note } from "../../core/notes.js";
import { answerStart, isMarkup, withoutPreamble, withoutWrapper } from "../answer-frame.js";
import type { LabelSet } from "../label-set.js";
import { maxLabelLength } from "../label-set.js";
import { droppedNote, trailingNote, untaggedNote } from "../restore-notes.js";
import { strip, stripRange } from "../whitespace.js";
import type { TaggedWord } from "../word-label.js";

/** What stands in brackets, and what is a tag. */
export interface TagForm {
  /** Tags, in lower case, that are one for certain, whatever the sentence holds. */
  readonly known: ReadonlySet<string>;
  /** Of the known tags, those that hold brackets or line breaks themselves. */
  readonly unusual: readonly string[];
  /** Whether every word has a tag of its own. If not, a word that ends in brackets may stand before one. */
  readonly everyWord: boolean;
}

/** The items of a text, and what was no item. */
export interface ReadTagged {
  readonly items: readonly TaggedWord[];
  readonly notes: readonly Note[];
}

/** The form of tags that are a label, behind one of these prefixes, or one of these `marks`. */
export function tagForm(
  { labels, shown }: LabelSet,
  prefixes: readonly string[],
  marks: readonly string[],
  everyWord: boolean,
): TagForm {
  const forms = [...new Set([...labels, ...shown])];
  const tags = [...marks, ...prefixes.flatMap((prefix) => forms.map((form) => `${prefix}${form}`))];
  return {
    known: new Set(tags.map((tag) => tag.toLowerCase())),
    unusual: tags.filter((tag) => /[()（）【】［］\n]/.test(tag)).sort((a, b) => b.length - a.length),
    everyWord,
  };
}

/**
 * Reads `words(tag)` items where tags need not start with `B-` or `I-`. A tag stands directly behind its words, and
 * white space, a comma or the end of the text behind it: so `f(x)(O)` is the word `f(x)`. Other brackets at the end of a
 * word are a tag as well, one that nobody asked for, unless the word stands in the sentence as it is. A preamble, an
 * echoed prompt, thinking aloud and quotes around the answer are passed over, as `readGeneration` does.
 *
 * One pass, linear in the text.
 */
export function readTagged(text: string, form: TagForm, sourceWords: readonly string[]): ReadTagged {
  const source = new Set(sourceWords);
  const items: TaggedWord[] = [];
  let wordStart = answerStart(text);
  let passedOver = "";
  let dropped = 0;
  const opening = /[(（【［]/g;
  opening.lastIndex = wordStart;
  for (let open = opening.exec(text); open !== null; open = opening.exec(text)) {
    const tag = tagAt(text, open.index, wordStart, form, source);
    if (tag === null) continue;
    if (items.length === 0) ({ start: wordStart, passedOver } = withoutPreamble(text, open.index));
    const word = stripRange(text, wordStart, open.index);
    if (word === "") dropped++;
    else items.push({ word, tag: tag.content, tagStart: open.index, tagEnd: tag.end });
    wordStart = tag.next;
    opening.lastIndex = tag.next;
  }
  const rest = strip(text.slice(wordStart));
  const unwrapped = withoutWrapper(items, rest);
  const isRest = rest !== "" && unwrapped === items && !isMarkup(rest);
  const notes = [
    ...(passedOver === "" ? [] : [untaggedNote(passedOver)]),
    ...(dropped === 0 ? [] : [droppedNote(dropped)]),
    ...(isRest ? [trailingNote(rest)] : []),
  ];
  return { items: unwrapped, notes };
}

interface FoundTag {
  readonly content: string;
  /** Behind its bracket. */
  readonly end: number;
  /** Behind the comma that may follow it. */
  readonly next: number;
}

function tagAt(
  text: string,
  open: number,
  wordStart: number,
  form: TagForm,
  source: ReadonlySet<string>,
): FoundTag | null {
  const found = contentAt(text, open, form.unusual);
  if (found === null) return null;
  const next = boundaryBehind(text, found.end);
  if (next === -1) return null;
  const isAttached = open > wordStart && !/\s/.test(text.charAt(open - 1));
  const isKnown = form.known.has(found.content.toLowerCase());
  if (isKnown && form.everyWord) return { ...found, next };
  if (!isAttached || source.has(wordEndingAt(text, wordStart, open, found.end))) return null;
  return { ...found, next };
}

/** Longer contents are no label; bounded, so that brackets without end take no quadratic time. */
const simpleContent = new RegExp(`[(（【［]([^()（）【】［］\\n]{1,${maxLabelLength + 2}})[)）】］]`, "y");

function contentAt(
  text: string,
  open: number,
  unusual: readonly string[],
): { content: string; end: number } | null {
  for (const tag of unusual) {
    const end = open + 1 + tag.length;
    const content = text.slice(open + 1, end);
    if (content.toLowerCase() === tag.toLowerCase() && /[)）】］]/.test(text.charAt(end))) {
      return { content, end: end + 1 };
    }
  }
  simpleContent.lastIndex = open;
  const content = strip(simpleContent.exec(text)?.[1] ?? "");
  return content === "" ? null : { content, end: simpleContent.lastIndex };
}

/** Where the next words may start: behind white space, a comma or the end; -1 where the text goes on at once. */
function boundaryBehind(text: string, end: number): number {
  const isSpaceAt = (index: number) => index >= text.length || /\s/.test(text.charAt(index));
  if (isSpaceAt(end)) return end;
  return /[,;]/.test(text.charAt(end)) && isSpaceAt(end + 1) ? end + 1 : -1;
}

/** The word with its brackets, back to the white space before it. */
function wordEndingAt(text: string, wordStart: number, open: number, end: number): string {
  let start = open;
  while (start > wordStart && !/\s/.test(text.charAt(start - 1))) start--;
  return text.slice(start, end);
}
