import { excerpt } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import { answerStart, isMarkup, withoutPreamble, withoutSeparator, withoutWrapper } from "./answer-frame.js";
import { droppedNote, note, trailingNote, untaggedNote } from "./restore-notes.js";
import { strip } from "./whitespace.js";
import type { TaggedWord } from "./word-label.js";

/** What was read: the items in order, and notes on what was no item. */
export interface ReadGeneration {
  readonly items: readonly TaggedWord[];
  readonly notes: readonly Note[];
}

/**
 * Reads generated `word(tag)` text as it was meant. On well-formed text it gives what `parseWordLabels` gives; it
 * also gets right what the paper's pattern gets wrong:
 *
 * - a word that looks like a tag: `(O)(O)`, `(B-52)(B-plane)`: a tag without a word, directly followed by another, is the word;
 * - labels with brackets or line breaks, where they are among `labels`: `x(B-film (movie))`;
 * - full-width and corner brackets: `北京（B-city）`, `北京【B-city】`;
 * - tags in lower case or with inner spaces: `x(b-city)`, `x( B-city )`;
 * - an echoed prompt or thinking aloud: all up to the `[/INST]` or `</think>` that ends it is passed over;
 * - what models that were never tuned put around an answer: a preamble on lines of its own (with a note), code fences,
 *   quotes, commas between the items;
 * - an unfinished last tag: its word counts as outside, with a note.
 *
 * One pass, linear in the text; at each tag the labels that hold brackets or line breaks are tried, so it is linear
 * in their number too.
 */
export function readGeneration(text: string, labels: readonly string[]): ReadGeneration {
  const scanner = new TagScanner(text, labels);
  const items: TaggedWord[] = [];
  let dropped = 0;
  let tag = scanner.next(answerStart(text));
  const { start, passedOver } = withoutPreamble(text, tag?.start ?? text.length);
  let wordStart = start;
  while (tag !== null) {
    const following = scanner.next(tag.end);
    const word = strip(text.slice(withoutSeparator(text, wordStart, tag.start), tag.start));
    if (word === "" && following !== null && following.start === tag.end) {
      // What looks like a tag stands where the word should: it is the word of the tag behind it.
      items.push({
        word: text.slice(tag.start, tag.end),
        tag: following.tag,
        tagStart: following.start,
        tagEnd: following.end,
      });
      wordStart = following.end;
      tag = scanner.next(following.end);
      continue;
    }
    if (word === "") dropped++;
    else items.push({ word, tag: tag.tag, tagStart: tag.start, tagEnd: tag.end });
    wordStart = tag.end;
    tag = following;
  }
  const read = unfinished(text, wordStart, items);
  const notes = [
    ...(passedOver === "" ? [] : [untaggedNote(passedOver)]),
    ...(dropped === 0 ? [] : [droppedNote(dropped)]),
    ...read.notes,
  ];
  return { items: read.items, notes };
}

/** What stands behind the last tag: a word whose own tag was cut off, or text that is no item. */
function unfinished(text: string, wordStart: number, items: readonly TaggedWord[]): ReadGeneration {
  const rest = strip(text.slice(wordStart));
  const unwrapped = withoutWrapper(items, rest);
  if (rest === "" || unwrapped !== items || isMarkup(rest)) return { items: unwrapped, notes: [] };
  const open = Math.max(...[...brackets.keys()].map((bracket) => rest.lastIndexOf(bracket)));
  const word = open === -1 ? "" : strip(rest.slice(0, open));
  if (word === "" || /\s/.test(word) || !/^[(（【［]\s*(?:[BI](?:-|$)|O?$)/iu.test(rest.slice(open))) {
    return { items, notes: [trailingNote(rest)] };
  }
  const item = { word, tag: "O", tagStart: text.lastIndexOf(rest.slice(open)), tagEnd: text.length };
  const cut = note("unfinished-item", `the generated text ends inside the tag of ${excerpt(word)}`);
  return { items: [...items, item], notes: [cut] };
}

interface Tag {
  readonly start: number;
  readonly end: number;
  /** `O`, `B-...` or `I-...`. */
  readonly tag: string;
}

/** Opening brackets of tags, and what closes each: whichever comes first. */
const brackets: ReadonlyMap<string, readonly string[]> = new Map([
  ["(", [")"]],
  ["（", ["）", ")"]],
  ["【", ["】"]],
  ["［", ["］"]],
]);

const tagHead = /[(（【［]\s*(?:(?<outside>O)\s*[)）】］]|(?<prefix>[BI])\s?-\s*)/iuy;

/** Finds tags from left to right; positions asked for must not go back. */
class TagScanner {
  /** Labels that a scan to the next closing bracket would cut, longest first. */
  private readonly unusual: readonly string[];
  private readonly closings = new Map<string, number>();

  constructor(
    private readonly text: string,
    labels: readonly string[],
  ) {
    this.unusual = labels.filter((label) => /[()（）】］\n]/.test(label)).sort((a, b) => b.length - a.length);
  }

  next(from: number): Tag | null {
    const opening = /[(（【［]/g;
    opening.lastIndex = from;
    for (let open = opening.exec(this.text); open !== null; open = opening.exec(this.text)) {
      const tag = this.tagAt(open.index);
      if (tag !== null) return tag;
    }
    return null;
  }

  private tagAt(start: number): Tag | null {
    tagHead.lastIndex = start;
    const head = tagHead.exec(this.text);
    if (head === null) return null;
    const labelStart = start + head[0].length;
    if (head.groups?.outside !== undefined) return { start, end: labelStart, tag: "O" };
    const prefix = `${head.groups?.prefix?.toUpperCase()}-`;
    const closings = brackets.get(this.text.charAt(start)) ?? [")"];
    for (const label of this.unusual) {
      const labelEnd = labelStart + label.length;
      const end = this.text.charAt(labelEnd) === " " ? labelEnd + 1 : labelEnd;
      if (!closings.includes(this.text.charAt(end))) continue;
      if (this.text.slice(labelStart, labelEnd).toLowerCase() === label.toLowerCase()) {
        return { start, end: end + 1, tag: prefix + this.text.slice(labelStart, labelEnd) };
      }
    }
    const end = Math.min(...closings.map((closing) => this.nextOf(closing, labelStart)));
    if (end >= this.nextOf("\n", labelStart)) return null;
    return { start, end: end + 1, tag: prefix + strip(this.text.slice(labelStart, end)) };
  }

  /** Index of the next such character, Infinity where there is none. Remembered, so that a scan is linear. */
  private nextOf(character: string, from: number): number {
    const known = this.closings.get(character) ?? -1;
    if (known >= from) return known;
    const index = this.text.indexOf(character, from);
    const found = index === -1 ? Infinity : index;
    this.closings.set(character, found);
    return found;
  }
}
