import { type ViewedBytes, viewed } from "../viewed-bytes.js";
import type { ColumnFormat } from "./column-format.js";
import type { CorpusFormat } from "./formats.js";

/**
 * A column file whose sentences can mostly be taken from its bytes as they are: a word first and its tag last, between
 * tabs or white space, one line a word. What one of its sentences holds beyond that is read as ever.
 */
export type PlainFormat = ColumnFormat & { readonly kind: "columns" };

export function isPlainFormat(format: CorpusFormat): format is PlainFormat {
  if (format.kind !== "columns" || format.wordColumn !== 0 || format.tagColumn !== -1) return false;
  const { separator, scheme, emptyWords, indexColumn, layers, segmentDigit } = format;
  const isOneLineAWord = indexColumn === undefined && emptyWords === "refuse" && !segmentDigit && !layers;
  return isOneLineAWord && (separator === "tab" || separator === "whitespace") && scheme !== "bioes";
}

/** What a tag of a file says. */
export interface PlainTag {
  /** Its label in the file, and the name of that: numbers from 0. Two labels may have one name. */
  readonly label: number;
  readonly name: number;
  /** Whether it starts a mention wherever it stands. */
  readonly isBegin: boolean;
}

/** Where a sentence stands among some bytes. It is used again for the next one. */
export class PlainSentence {
  /** Behind a word there are four more at least. */
  among: ViewedBytes = viewed(Buffer.alloc(0));
  /** Its lines: from the first of them to behind the last, without the boundary. */
  start = 0;
  end = 0;
  /** The number of its first line, from 1. */
  line = 0;
  /** Whether words and tags below are all that is to say of it. Otherwise its lines are to be read one by one. */
  isPlain = true;
  /** Whether it has a line that is no comment. */
  hasWords = false;
  hasMentions = false;
  words = 0;
  /** Characters of all words: as many as bytes. */
  characters = 0;
  /** Whether words have characters that JSON escapes. */
  hasEscapes = false;
  wordStarts = new Int32Array(256);
  wordEnds = new Int32Array(256);
  /** Of each word: 0 for `O`, else 1 + 2 * name, and 1 more where the word goes on with a mention. */
  tags = new Int32Array(256);

  reset(start: number, line: number, isSkimmed: boolean): void {
    this.start = start;
    this.line = line;
    this.isPlain = !isSkimmed;
    this.hasEscapes = false;
    this.hasWords = false;
    this.hasMentions = false;
    this.words = 0;
    this.characters = 0;
  }

  /** The labels of its mentions, as often as they come. */
  presentLabels(labels: readonly string[]): string[] {
    const present: string[] = [];
    if (!this.hasMentions) return present;
    for (let word = 0; word < this.words; word++) {
      const tag = this.tags[word] ?? 0;
      const label = (tag & 1) === 1 ? labels[tag >> 1] : undefined;
      if (label !== undefined) present.push(label);
    }
    return present;
  }

  add(start: number, end: number, tag: number): void {
    this.makeRoom();
    this.wordStarts[this.words] = start;
    this.wordEnds[this.words] = end;
    this.tags[this.words] = tag;
    if (tag > 0) this.hasMentions = true;
    this.words++;
    this.characters += end - start;
  }

  /** Sees to it that there is room for another word. */
  makeRoom(): void {
    if (this.words < this.tags.length) return;
    const grown = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const larger = new Int32Array(old.length * 2);
      larger.set(old);
      return larger;
    };
    this.wordStarts = grown(this.wordStarts);
    this.wordEnds = grown(this.wordEnds);
    this.tags = grown(this.tags);
  }
}
