import type { ViewedBytes } from "../viewed-bytes.js";
import type { PlainFormat } from "./plain-sentences.js";
import { PlainSentence } from "./plain-sentences.js";
import { type ReadPlainTag, TagTable } from "./plain-tags.js";

const newline = 0x0a;
const tab = 0x09;
const carriageReturn = 0x0d;
const space = 0x20;
const quote = 0x22;
const hash = 0x23;
const hyphen = 0x2d;
const openBracket = 0x28;
const letterO = 0x4f;
const backslash = 0x5c;
const docStart = Buffer.from("-DOCSTART-");

/** A tab, the tag `O` and a line end, as a number of little-endian bytes. */
const tabAndO = (newline << 16) | (letterO << 8) | tab;

/** What a byte is in a line: part of a word, one that JSON escapes, between columns, a line end, or what a plain sentence has not. */
const inWord = 0;
const escaped = 1;
const between = 2;
const lineEnd = 3;
const odd = 4;

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
  /** Where the last sentence started. */
  private from = 0;
  private readonly specials = new NextOf([quote, openBracket, backslash]);

  constructor({ separator, scheme, comments }: PlainFormat, readTag: ReadPlainTag) {
    this.tags = new TagTable(readTag);
    this.needsBegin = scheme === "bio";
    this.comments = comments;
    this.classes.fill(odd, 0, space + 1);
    this.classes.fill(odd, 0x80);
    // An opening bracket in a word may look like a tag in the target.
    this.classes[openBracket] = odd;
    this.classes[quote] = escaped;
    this.classes[backslash] = escaped;
    this.classes[newline] = lineEnd;
    this.classes[tab] = between;
    if (separator === "whitespace") this.classes[space] = between;
  }

  /**
   * Finds the next sentence of some bytes from `from` on; all lines end in `\n`, and another one stands behind them, at
   * `to`. Returns where to go on, or -1 where its boundary, or the end of the file, has not come: the same place is to be
   * scanned again with more bytes. Of a sentence that is skimmed only the place is found: it never counts as plain.
   */
  next(among: ViewedBytes, from: number, to: number, isEnd: boolean, isSkimmed: boolean): number {
    const { sentence } = this;
    const { bytes, view } = among;
    let at = from;
    let line = this.line;
    // A byte order mark may hide a comment in the first line.
    const skims = isSkimmed && line > 1;
    // At or before the last place, the bytes are others than they were, or more of them.
    if (sentence.among !== among || from <= this.from) this.specials.forget();
    this.from = from;
    sentence.among = among;
    sentence.reset(from, line, skims);
    this.labelBefore = -1;
    while (at < to) {
      const first = bytes[at] ?? 0;
      if (first <= space || first === hyphen || first === hash) {
        const close = endOfLine(view, at);
        if (close >= to) return -1;
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
          sentence.reset(at, line, skims);
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
      if (sentence.isPlain) {
        const words = sentence.words;
        const next = this.simpleWords(among, at, to, line);
        if (next > at) {
          line += sentence.words - words;
          at = next;
          continue;
        }
      }
      const next = sentence.isPlain ? this.word(among, at, to, line) : endOfLine(view, at) + 1;
      if (next > to) return -1;
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

  /**
   * Adds the words of lines up to the first one that is a boundary, or holds a character with a meaning in JSON or in
   * targets, or needs a closer look for another reason. Returns where that line starts.
   */
  private simpleWords(among: ViewedBytes, from: number, to: number, line: number): number {
    const { sentence } = this;
    const { bytes, view } = among;
    sentence.makeRoom();
    const { wordStarts, wordEnds, tags } = sentence;
    const firstWord = sentence.words;
    const special = this.specials.next(bytes, from, to);
    let { words, characters } = sentence;
    let at = from;
    while (words < tags.length) {
      const first = bytes[at];
      if (first === hyphen || first === hash) break;
      const end = endOfColumn(view, at);
      // Of a word, a tab, an O and a line end, the last three make a number of their own.
      let close = end + 2;
      let code = 0;
      if ((view.getInt32(end, true) & 0xffffff) === tabAndO) this.labelBefore = -1;
      else {
        const tagStart = this.startOfTag(among, end);
        close = endOfColumn(view, tagStart);
        if (bytes[close] !== newline || close === tagStart || close >= special) break;
        const before = this.labelBefore;
        code = this.tag(among, tagStart, close, line + words - firstWord);
        if (code < 0) {
          this.labelBefore = before;
          break;
        }
        if (code > 0) sentence.hasMentions = true;
      }
      if (end === at || close >= special) break;
      wordStarts[words] = at;
      wordEnds[words] = end;
      tags[words] = code;
      words++;
      characters += end - at;
      at = close + 1;
    }
    sentence.words = words;
    sentence.characters = characters;
    return at;
  }

  /** Where the last column of a line starts whose first one ends here. */
  private startOfTag({ bytes, view }: ViewedBytes, end: number): number {
    const { classes } = this;
    let at = end;
    while (classes[bytes[at] ?? 0] === between) {
      const close = endOfColumn(view, at + 1);
      if (classes[bytes[close] ?? 0] !== between) return at + 1;
      at = close;
    }
    return at;
  }

  /** Adds the word of a line, or makes the sentence one that is not plain. Returns where the next line starts. */
  private word(among: ViewedBytes, start: number, to: number, line: number): number {
    const { sentence, classes } = this;
    const { bytes } = among;
    let at = start;
    let hasEscapes = false;
    for (; (classes[bytes[at] ?? 0] ?? odd) <= escaped; at++)
      hasEscapes ||= classes[bytes[at] ?? 0] === escaped;
    const end = at;
    let tagStart = at;
    let isPlain = end > start && classes[bytes[at] ?? 0] === between;
    for (; bytes[at] !== newline; at++) {
      const byte = bytes[at] ?? 0;
      if (classes[byte] === between) tagStart = at + 1;
      else if (byte >= 0x80 || byte === carriageReturn) isPlain = false;
    }
    if (at >= to) return to + 1;
    if (isPlain && tagStart < at) {
      const tag = this.tag(among, tagStart, at, line);
      if (tag >= 0) {
        sentence.add(start, end, tag);
        sentence.hasEscapes ||= hasEscapes;
        return at + 1;
      }
    }
    sentence.isPlain = false;
    return at + 1;
  }

  /** As `PlainSentence.tags` has it; -1 for a tag that is not to be taken as it is. */
  private tag(among: ViewedBytes, start: number, end: number, line: number): number {
    const { labelBefore } = this;
    this.labelBefore = -1;
    if (end === start + 1 && among.bytes[start] === letterO) return 0;
    const tag = this.tags.of(among, start, end, line);
    if (tag === null) return -1;
    const continues = !tag.isBegin && tag.label === labelBefore;
    if (!continues && !tag.isBegin && this.needsBegin) return -1;
    this.labelBefore = tag.label;
    return 1 + 2 * tag.name + (continues ? 1 : 0);
  }
}

/** Finds the next of some bytes, from places that rise until `forget` is called. */
class NextOf {
  private readonly places: Int32Array;

  constructor(private readonly wanted: readonly number[]) {
    this.places = new Int32Array(wanted.length).fill(-1);
  }

  /** Where the first of them stands from `from` on; `to` where none does before. */
  next(bytes: Buffer, from: number, to: number): number {
    let first = to;
    for (let i = 0; i < this.places.length; i++) {
      let place = this.places[i] ?? 0;
      if (place < from) {
        const found = bytes.indexOf(this.wanted[i] ?? 0, from);
        place = found === -1 ? bytes.length : found;
        this.places[i] = place;
      }
      if (place < first) first = place;
    }
    return first;
  }

  /** Other bytes than before. */
  forget(): void {
    this.places.fill(-1);
  }
}

/** The first byte from here on that is white space, a control character or none of ASCII. */
function endOfColumn(view: DataView, start: number): number {
  let at = start;
  for (;;) {
    const four = view.getInt32(at, true);
    // Of the bytes below 0x21 and above 0x7f, the first one's highest bit is the lowest that is left.
    const ends = ((four - 0x21212121) | four) & 0x80808080;
    if (ends !== 0) return at + ((31 - Math.clz32(ends & -ends)) >> 3);
    at += 4;
  }
}

/** The first line end from here on. */
function endOfLine(view: DataView, start: number): number {
  let at = start;
  for (;;) {
    const four = view.getInt32(at, true) ^ 0x0a0a0a0a;
    // Of the bytes that are zero now, the first one's highest bit is the lowest that is left.
    const ends = (four - 0x01010101) & ~four & 0x80808080;
    if (ends !== 0) return at + ((31 - Math.clz32(ends & -ends)) >> 3);
    at += 4;
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
