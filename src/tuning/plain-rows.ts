import type { Counter } from "./counts.js";
import { type Kernel, result } from "./kernel/kernel.js";
import { LengthTally } from "./length-tally.js";
import type { LineBuffer } from "./output/line-buffer.js";
import type { PlainDraw } from "./plain-draws.js";
import type { KeyStart } from "./random.js";
import type { RowFrame, TextLength } from "./row-frame.js";
import type { LabelOrder } from "./row-maker.js";

const firstRows = 1 << 20;

/** In a stamp, its bytes stand behind their number. */
const stampBytes = 16;
/** Of a stamp's place and its length in characters. */
const pairSize = 8;
/** For the index and the round behind a key, and what its hash needs behind them. */
const keyRoom = 128;

/**
 * Writes rows from the bytes of plain sentences: the same bytes as `JSON.stringify` gives for the row that is made of
 * their words, in a small part of the time. Rows are in the kernel's memory until they are flushed.
 */
export class PlainRows {
  /** By name; numbers of labels are places in the list of pairs. */
  private readonly asked = new Map<string, number>();
  private pairs = { at: 0, order: 0, room: 0 };
  private readonly separator: { readonly size: number; readonly length: number };
  private readonly mentionsAt: number;
  private key: KeyStart | null = null;
  private readonly lengths: readonly { readonly of: TextLength; readonly tally: LengthTally }[];
  private rows = 0;
  /** Where the rows end that are not flushed yet, behind the first of them. */
  private readonly ends: number[] = [];

  /**
   * @param names labels by the number that tags name them by.
   * @param idPrefix what stands in an id before the sentence's number.
   */
  constructor(
    private readonly kernel: Kernel,
    private readonly frame: RowFrame,
    private readonly names: readonly string[],
    idPrefix: string,
  ) {
    const { beforeId, beforeLabels, beforeSentence, beforeTarget, end } = frame;
    kernel.stamps.clear();
    kernel.calls.setFrame(
      beforeId === null ? 0 : this.stamp(beforeId + inJson(idPrefix)),
      this.stamp("-round-"),
      this.stamp(beforeLabels),
      this.stamp(beforeSentence),
      this.stamp(beforeTarget),
      this.stamp(`${end}\n`),
    );
    const tags = ["O", ...names.flatMap((name) => [`B-${name}`, `I-${name}`])];
    const pairs = kernel.stamps.take(tags.length * pairSize);
    const stamps = tags.map((tag) => `(${inJson(tag)}) `);
    for (const [i, tag] of tags.entries()) this.setPair(pairs, i, stamps[i] ?? "", tag.length);
    this.mentionsAt = kernel.stamps.take(4 * names.length);
    kernel.bytes.fill(0, this.mentionsAt, this.mentionsAt + 4 * names.length);
    const largest = Math.max(...stamps.map((text) => Buffer.byteLength(text)));
    kernel.calls.setTags(pairs, largest, this.mentionsAt);
    const separator: unknown = JSON.parse(`"${frame.separator}"`);
    this.separator = { size: Buffer.byteLength(frame.separator), length: String(separator).length };
    for (const name of names) this.numberOf(name);
    kernel.rows.reserve(firstRows);
    this.startRows();
    this.lengths = frame.lengths.map((of) => ({ of, tally: new LengthTally() }));
  }

  /**
   * Adds a row, which counts until `countInto` is called.
   *
   * @param labels what the prompt asks for, in order, or how all names are ordered.
   * @param lines where rows are flushed to when there is no room for more.
   */
  add(
    { sentence, index, round }: PlainDraw,
    labels: readonly string[] | LabelOrder,
    lines: LineBuffer,
  ): void {
    const { kernel } = this;
    const count = this.order(labels, index, round);
    let end = kernel.calls.putRow(index, round, count);
    if (end === 0) {
      this.flush(lines);
      kernel.rows.reserve(kernel.result(result.needed));
      this.startRows();
      end = kernel.calls.putRow(index, round, count);
    }
    this.ends.push(end - kernel.rows.at);
    this.rows++;
    const sentenceLength = sentence.characters + sentence.words - 1;
    const targetLength = kernel.result(result.targetLength);
    const labelLength = kernel.result(result.labelLength);
    for (const { of, tally } of this.lengths) {
      const { base, labels: labelTimes, sentence: sentenceTimes, target: targetTimes } = of;
      tally.add(
        base + labelTimes * labelLength + sentenceTimes * sentenceLength + targetTimes * targetLength,
      );
    }
  }

  /** Moves the rows so far to where they belong. */
  flush(lines: LineBuffer): void {
    const last = this.ends.at(-1);
    if (last === undefined) return;
    const { at } = this.kernel.rows;
    lines.addAll(this.kernel.bytes.subarray(at, at + last), this.ends);
    this.startRows();
  }

  /** Counts the rows since the last call, their mentions and the lengths of their texts. */
  countInto(counter: Counter): void {
    counter.addPlainRows(this.rows);
    this.rows = 0;
    const mentions = this.kernel.numbers.subarray(
      this.mentionsAt / 4,
      this.mentionsAt / 4 + this.names.length,
    );
    for (const [number, name] of this.names.entries()) {
      const count = mentions[number] ?? 0;
      if (count > 0) counter.addMentions(name, count);
    }
    mentions.fill(0);
    for (const { of, tally } of this.lengths) {
      counter.addLengths(of.text, tally.histogram);
      tally.clear();
    }
  }

  private startRows(): void {
    const { at, size } = this.kernel.rows;
    this.ends.length = 0;
    this.kernel.calls.setRows(at, at + size);
  }

  /** Sets the labels that the next row asks for; returns how many. */
  private order(labels: readonly string[] | LabelOrder, index: number, round: number): number {
    const { calls } = this.kernel;
    if ("key" in labels) {
      const count = this.names.length;
      if (labels.key === null) calls.orderAll(count);
      else {
        if (labels.key !== this.key) this.setKey(labels.key);
        calls.shuffleAll(count, index, round);
      }
      return count;
    }
    const numbers = labels.map((label) => this.numberOf(label));
    this.kernel.numbers.set(numbers, this.pairs.order / 4);
    return numbers.length;
  }

  private setKey(key: KeyStart): void {
    const text = `[${key.text}`;
    const size = Buffer.byteLength(text);
    const at = this.kernel.stamps.take(size + keyRoom);
    this.kernel.bytes.write(text, at);
    this.kernel.calls.setKey(at, size);
    this.key = key;
  }

  private numberOf(label: string): number {
    const known = this.asked.get(label);
    if (known !== undefined) return known;
    const number = this.asked.size;
    if (number === this.pairs.room) this.growPairs();
    this.setPair(this.pairs.at, number, inJson(label) + this.frame.separator, label.length);
    this.asked.set(label, number);
    return number;
  }

  private growPairs(): void {
    const { kernel, separator } = this;
    const { at, room } = this.pairs;
    const larger = Math.max(64, 2 * room);
    const pairs = {
      at: kernel.stamps.take(larger * pairSize),
      order: kernel.stamps.take(larger * 4),
      room: larger,
    };
    kernel.bytes.copyWithin(pairs.at, at, at + room * pairSize);
    kernel.calls.setLabels(pairs.at, pairs.order, separator.size, separator.length);
    this.pairs = pairs;
  }

  private setPair(pairs: number, number: number, text: string, length: number): void {
    const stamp = this.stamp(text);
    this.kernel.numbers[pairs / 4 + 2 * number] = stamp;
    this.kernel.numbers[pairs / 4 + 2 * number + 1] = length;
  }

  /** @param json a text as it stands between the quotes of a JSON string, or any other piece of JSON. */
  private stamp(json: string): number {
    const size = Buffer.byteLength(json);
    const at = this.kernel.stamps.take(stampBytes + size);
    this.kernel.numbers[at / 4] = size;
    this.kernel.bytes.write(json, at + stampBytes);
    return at;
  }
}

/** A text as it stands between the quotes of a JSON string. */
function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
