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
  wordStarts = new Int32Array(256);
  wordEnds = new Int32Array(256);
  /** Of each word: 0 for `O`, else 1 + 2 * name, and 1 more where the word goes on with a mention. */
  tags = new Int32Array(256);

  reset(start: number, line: number): void {
    this.start = start;
    this.line = line;
    this.isPlain = true;
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
    if (this.words === this.tags.length) this.grow();
    this.wordStarts[this.words] = start;
    this.wordEnds[this.words] = end;
    this.tags[this.words] = tag;
    if (tag > 0) this.hasMentions = true;
    this.words++;
    this.characters += end - start;
  }

  private grow(): void {
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

const newline = 0x0a;
const tab = 0x09;
const carriageReturn = 0x0d;
const space = 0x20;
const hash = 0x23;
const hyphen = 0x2d;
const openBracket = 0x28;
const letterO = 0x4f;
const docStart = Buffer.from("-DOCSTART-");

/** What a byte is in a line: part of a word, between columns, a line end, or what a plain sentence has not. */
const inWord = 0;
const between = 1;
const lineEnd = 2;
const odd = 3;

/** What tags of a file mean, found once for each. Null: not to be taken as it is, wherever it stands. */
export type ReadPlainTag = (tag: string, line: number) => PlainTag | null;

/** Finds the sentences of a column file in its bytes. */
export class PlainScanner {
  readonly sentence = new PlainSentence();
  private readonly classes = new Uint8Array(256).fill(inWord);
  private readonly tags: TagTable;
  private readonly needsBegin: boolean;
  private readonly comments: boolean;
  /** The number of the next line, from 1. */
  private line = 1;
  /** Of the word before, in the file; -1 for none. */
  private labelBefore = -1;

  constructor({ separator, scheme, comments }: PlainFormat, readTag: ReadPlainTag) {
    this.tags = new TagTable(readTag);
    this.needsBegin = scheme === "bio";
    this.comments = comments;
    this.classes.fill(odd, 0, space + 1);
    this.classes.fill(odd, 0x80);
    // An opening bracket in a word may look like a tag in the target.
    this.classes[openBracket] = odd;
    this.classes[newline] = lineEnd;
    this.classes[tab] = between;
    if (separator === "whitespace") this.classes[space] = between;
  }

  /**
   * Finds the next sentence of `bytes` from `from` on; all lines end in `\n`. Returns where to go on, or -1 where its
   * boundary, or the end of the file, has not come: the same place is to be scanned again with more bytes.
   */
  next(bytes: Buffer, from: number, to: number, isEnd: boolean): number {
    const { sentence } = this;
    let at = from;
    let line = this.line;
    sentence.reset(from, line);
    this.labelBefore = -1;
    while (at < to) {
      const first = bytes[at] ?? 0;
      if (first <= space || first === hyphen || first === hash) {
        const close = bytes.indexOf(newline, at);
        if (close === -1 || close >= to) return -1;
        if (isBoundary(bytes, at, close)) {
          sentence.end = at;
          if (!isAscii(bytes, at, close)) {
            // The line is to be read as text, on its own: it may be none.
            if (sentence.end > sentence.start) return this.found(at, line);
            sentence.isPlain = false;
            sentence.end = close + 1;
            return this.found(close + 1, line + 1);
          }
          line++;
          at = close + 1;
          if (sentence.end > sentence.start) return this.found(at, line);
          sentence.reset(at, line);
          continue;
        }
        if (this.comments && !sentence.hasWords && first === hash && bytes[at + 1] === space) {
          if (sentence.isPlain) sentence.isPlain = isAscii(bytes, at, close);
          line++;
          at = close + 1;
          continue;
        }
      }
      sentence.hasWords = true;
      const next = sentence.isPlain ? this.word(bytes, at, to, line) : bytes.indexOf(newline, at) + 1;
      if (next <= 0 || next > to) return -1;
      line++;
      at = next;
    }
    if (!isEnd || sentence.start === at) return -1;
    sentence.end = at;
    return this.found(at, line);
  }

  private found(next: number, line: number): number {
    this.line = line;
    return next;
  }

  /** Adds the word of a line, or makes the sentence one that is not plain. Returns where the next line starts, 0 for none. */
  private word(bytes: Buffer, start: number, to: number, line: number): number {
    const { sentence, classes } = this;
    let at = start;
    while (at < to && classes[bytes[at] ?? 0] === inWord) at++;
    const end = at;
    let tagStart = at;
    let isPlain = end > start && classes[bytes[at] ?? 0] === between;
    for (; at < to; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === newline) break;
      const kind = classes[byte];
      if (kind === between) tagStart = at + 1;
      else if (byte >= 0x80 || byte === carriageReturn) isPlain = false;
    }
    if (at >= to) return 0;
    if (isPlain && tagStart < at) {
      const tag = this.tag(bytes, tagStart, at, line);
      if (tag >= 0) {
        sentence.add(start, end, tag);
        return at + 1;
      }
    }
    sentence.isPlain = false;
    return at + 1;
  }

  /** As `PlainSentence.tags` has it; -1 for a tag that is not to be taken as it is. */
  private tag(bytes: Buffer, start: number, end: number, line: number): number {
    const { labelBefore } = this;
    this.labelBefore = -1;
    if (end === start + 1 && bytes[start] === letterO) return 0;
    const tag = this.tags.of(bytes, start, end, line);
    if (tag === null) return -1;
    const continues = !tag.isBegin && tag.label === labelBefore;
    if (!continues && !tag.isBegin && this.needsBegin) return -1;
    this.labelBefore = tag.label;
    return 1 + 2 * tag.name + (continues ? 1 : 0);
  }
}

/** As `isBoundary` in columns.ts, on the bytes of a line up to its `\n`. */
function isBoundary(bytes: Buffer, start: number, close: number): boolean {
  const end = close > start && bytes[close - 1] === carriageReturn ? close - 1 : close;
  let at = start;
  while (at < end && (bytes[at] === space || bytes[at] === tab)) at++;
  if (at === end) return true;
  if (bytes[start] !== hyphen || end < start + docStart.length) return false;
  if (bytes.compare(docStart, 0, docStart.length, start, start + docStart.length) !== 0) return false;
  const behind = start + docStart.length;
  return behind === end || bytes[behind] === space || bytes[behind] === tab || bytes[behind] === 0x2c;
}

function isAscii(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] ?? 0) >= 0x80) return false;
  return true;
}

const slots = 1 << 10;

/** The tags of a file by their bytes. */
class TagTable {
  private readonly known: { readonly bytes: Buffer; readonly tag: PlainTag | null; readonly next: number }[] =
    [];
  /** By hash: 1 + the number of the tag that came last. */
  private readonly heads = new Int32Array(slots);

  constructor(private readonly read: ReadPlainTag) {}

  of(bytes: Buffer, start: number, end: number, line: number): PlainTag | null {
    let sum = 0;
    for (let at = start; at < end; at++) sum = Math.imul(sum, 31) + (bytes[at] ?? 0);
    const slot = sum & (slots - 1);
    for (let number = this.heads[slot] ?? 0; number > 0; ) {
      const entry = this.known[number - 1];
      if (entry === undefined) break;
      if (isSame(entry.bytes, bytes, start, end)) return entry.tag;
      number = entry.next;
    }
    const own = Buffer.from(bytes.subarray(start, end));
    const tag = this.read(own.toString("latin1"), line);
    this.known.push({ bytes: own, tag, next: this.heads[slot] ?? 0 });
    this.heads[slot] = this.known.length;
    return tag;
  }
}

function isSame(tag: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (tag.length !== end - start) return false;
  for (let i = 0; i < tag.length; i++) if (tag[i] !== bytes[start + i]) return false;
  return true;
}
