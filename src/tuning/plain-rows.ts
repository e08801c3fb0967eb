import type { PlainSentence } from "./corpora/plain-sentences.js";
import type { Counter } from "./counts.js";
import type { LineBuffer } from "./output/line-buffer.js";
import type { RowFrame, TextLength } from "./row-frame.js";

/** A plain sentence, among the bytes of its file, and where its row stands in the plan. */
export interface PlainRow {
  readonly bytes: Buffer;
  readonly sentence: PlainSentence;
  readonly index: number;
  readonly round: number;
  /** What the prompt asks for, in order. */
  readonly labels: readonly string[];
}

const newline = 0x0a;
const space = 0x20;
const quote = 0x22;
const openBracket = 0x28;
const closeBracket = 0x29;
const backslash = 0x5c;
const letterO = 0x4f;

/** Of a sentence and a round. */
const longestNumber = 48;

/** A label as JSON has it. */
interface WrittenLabel {
  readonly json: Buffer;
  /** In characters of the label itself. */
  readonly length: number;
}

/**
 * Writes rows from the bytes of plain sentences: the same bytes as `JSON.stringify` gives for the row that is made of
 * their words, in a fifth of the time.
 */
export class PlainRows {
  private readonly beforeId: Buffer | null;
  private readonly beforeLabels: Buffer;
  private readonly separator: Buffer;
  private readonly beforeSentence: Buffer;
  private readonly beforeTarget: Buffer;
  private readonly end: Buffer;
  private readonly separatorLength: number;
  private readonly lengths: readonly TextLength[];
  private readonly fixedSize: number;
  private readonly labels = new Map<string, WrittenLabel>();
  /** By the codes of `PlainSentence.tags`, from 1. */
  private readonly tags: readonly WrittenLabel[];
  private readonly largestTag: number;

  /**
   * @param names labels by the number that tags name them by.
   * @param idPrefix what stands in an id before the sentence's number.
   */
  constructor(
    frame: RowFrame,
    private readonly names: readonly string[],
    idPrefix: string,
  ) {
    const { beforeId } = frame;
    this.beforeId = beforeId === null ? null : Buffer.from(beforeId + JSON.stringify(idPrefix).slice(1, -1));
    this.beforeLabels = Buffer.from(frame.beforeLabels);
    this.separator = Buffer.from(frame.separator);
    this.beforeSentence = Buffer.from(frame.beforeSentence);
    this.beforeTarget = Buffer.from(frame.beforeTarget);
    this.end = Buffer.from(`${frame.end}\n`);
    this.lengths = frame.lengths;
    const separator: unknown = JSON.parse(`"${frame.separator}"`);
    this.separatorLength = String(separator).length;
    const fixed = [this.beforeLabels, this.beforeSentence, this.beforeTarget, this.end];
    this.fixedSize = fixed.reduce((sum, { length }) => sum + length, this.beforeId?.length ?? 0);
    this.tags = names.flatMap((name) => [written(`B-${name}`), written(`I-${name}`)]);
    this.largestTag = Math.max(1, ...this.tags.map(({ json }) => json.length));
  }

  /** Adds the row, and counts it and the lengths of its texts. */
  add({ bytes, sentence, index, round, labels }: PlainRow, rows: LineBuffer, counter: Counter): void {
    const { words, characters } = sentence;
    let labelSize = 0;
    let labelLength = this.separatorLength * (labels.length - 1);
    for (const label of labels) {
      const { json, length } = this.label(label);
      labelSize += json.length + this.separator.length;
      labelLength += length;
    }
    // A character takes two bytes at most, and stands there twice; each word has a tag in brackets and two spaces.
    const wordSize = 4 * characters + words * (this.largestTag + 4);
    const line = rows.reserve(this.fixedSize + longestNumber + labelSize + wordSize);
    let at = line.start;
    const { block } = line;
    if (this.beforeId !== null) {
      block.set(this.beforeId, at);
      at += this.beforeId.length;
      const number = round === 0 ? String(index) : `${index}-round-${round + 1}`;
      for (let i = 0; i < number.length; i++) block[at++] = number.charCodeAt(i);
    }
    block.set(this.beforeLabels, at);
    at += this.beforeLabels.length;
    for (let i = 0; i < labels.length; i++) {
      if (i > 0) at = put(this.separator, block, at);
      at = put(this.label(labels[i] ?? "").json, block, at);
    }
    block.set(this.beforeSentence, at);
    at += this.beforeSentence.length;
    const { wordStarts, wordEnds, tags } = sentence;
    for (let i = 0; i < words; i++) {
      if (i > 0) block[at++] = space;
      at = putWord(bytes, wordStarts[i] ?? 0, wordEnds[i] ?? 0, block, at);
    }
    block.set(this.beforeTarget, at);
    at += this.beforeTarget.length;
    let tagLength = 0;
    for (let i = 0; i < words; i++) {
      if (i > 0) block[at++] = space;
      at = putWord(bytes, wordStarts[i] ?? 0, wordEnds[i] ?? 0, block, at);
      block[at++] = openBracket;
      const code = tags[i] ?? 0;
      const tag = code === 0 ? undefined : this.tags[code - 1];
      if (tag === undefined) {
        block[at++] = letterO;
        tagLength++;
      } else {
        at = put(tag.json, block, at);
        tagLength += tag.length;
        if ((code & 1) === 1) counter.addMention(this.names[code >> 1] ?? "");
      }
      block[at++] = closeBracket;
    }
    block.set(this.end, at);
    rows.commit(at + this.end.length);
    counter.addPlainRow();
    const sentenceLength = characters + words - 1;
    const targetLength = sentenceLength + tagLength + 2 * words;
    for (const { text, base, labels: l, sentence: s, target: t } of this.lengths) {
      counter.addLength(text, base + l * labelLength + s * sentenceLength + t * targetLength);
    }
  }

  private label(label: string): WrittenLabel {
    const known = this.labels.get(label);
    if (known !== undefined) return known;
    const made = written(label);
    this.labels.set(label, made);
    return made;
  }
}

function written(label: string): WrittenLabel {
  return { json: Buffer.from(JSON.stringify(label).slice(1, -1)), length: label.length };
}

/** Puts bytes where a native copy would take longer to start. */
function put(from: Buffer, block: Buffer, start: number): number {
  let at = start;
  for (let i = 0; i < from.length; i++) block[at++] = from[i] ?? newline;
  return at;
}

/** Puts a word of plain characters as JSON has it. */
function putWord(bytes: Buffer, start: number, end: number, block: Buffer, to: number): number {
  let at = to;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? newline;
    if (byte === quote || byte === backslash) block[at++] = backslash;
    block[at++] = byte;
  }
  return at;
}
