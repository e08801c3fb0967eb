import { InputError } from "../core/errors.js";
import type { BioTag } from "./bio.js";
import { stripRange } from "./whitespace.js";

/** One generated item `word(tag)`: its word, its tag, and where both stand in the generated text (UTF-16). */
export interface TaggedWord {
  readonly word: string;
  /** `O`, `B-...` or `I-...`, without its brackets. */
  readonly tag: BioTag;
  /** Where the bracketed tag stands: from its `(` to behind its `)`. */
  readonly tagStart: number;
  readonly tagEnd: number;
}

/**
 * The target text of the paper's full-context BIO schema (section 3.1): `word(tag)` items joined by spaces.
 * Throws InputError where words and tags differ in number.
 */
export function writeWordLabels(words: readonly string[], tags: readonly BioTag[]): string {
  if (words.length !== tags.length) throw new InputError(`${words.length} words but ${tags.length} tags`);
  return words.map((word, i) => `${word}(${tags[i]})`).join(" ");
}

/**
 * Reads `word(tag)` items back. What stands between two tags is a word; text behind the last tag is no item.
 * Tags are `(O)`, and `(B-` or `(I-` up to the next `)` on the same line. Items without a word are passed over, as
 * the paper's evaluator does. One pass, linear in the text whatever it holds.
 */
export function parseWordLabels(text: string): TaggedWord[] {
  const items: TaggedWord[] = [];
  const close = new NextIndex(text, ")");
  const newline = new NextIndex(text, "\n");
  let wordStart = 0;
  let open = text.indexOf("(");
  while (open !== -1) {
    const end = tagEnd(text, open, close, newline);
    if (end === -1) {
      open = text.indexOf("(", open + 1);
      continue;
    }
    const word = stripRange(text, wordStart, open);
    if (word !== "") {
      const tag = end === open + 3 ? "O" : stripRange(text, open + 1, end - 1);
      items.push({ word, tag, tagStart: open, tagEnd: end });
    }
    wordStart = end;
    open = text.indexOf("(", end);
  }
  return items;
}

const letterO = 0x4f;
const letterB = 0x42;
const letterI = 0x49;
const hyphen = 0x2d;
const closingBracket = 0x29;

/** The index behind the tag that starts at `open`, or -1 where none starts there. */
function tagEnd(text: string, open: number, close: NextIndex, newline: NextIndex): number {
  const letter = text.charCodeAt(open + 1);
  const mark = text.charCodeAt(open + 2);
  if (letter === letterO && mark === closingBracket) return open + 3;
  if ((letter !== letterB && letter !== letterI) || mark !== hyphen) return -1;
  const closing = close.from(open + 3);
  return closing < newline.from(open + 3) ? closing + 1 : -1;
}

/**
 * The next index of a character from a position that only moves forward. `(B-` repeated without an end would
 * otherwise be searched to the end of the text each time.
 */
class NextIndex {
  private found = -1;

  constructor(
    private readonly text: string,
    private readonly character: string,
  ) {}

  /** Infinity where there is none. */
  from(position: number): number {
    if (this.found < position) {
      const index = this.text.indexOf(this.character, position);
      this.found = index === -1 ? Infinity : index;
    }
    return this.found;
  }
}
