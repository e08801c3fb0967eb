import type { Counter } from "./counts.js";
import { type Kernel, result } from "./kernel/kernel.js";
import type { LineBuffer } from "./output/line-buffer.js";
import type { PlainDraw, RunDraw } from "./plain-draws.js";
import { KeyStart } from "./random.js";
import type { RowFrame } from "./row-frame.js";
import type { LabelOrder } from "./row-maker.js";

const firstRows = 1 << 20;
/** The kernel notes of each row, in four integers, where it ends and how long its labels, its sentence and its target are. */
const recordSize = 16;
const mostRecords = 1 << 10;

/** As kernel/assembly has it: in a stamp, its bytes stand behind their number. */
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
  private readonly mentionsAt: number;
  /** What the kernel notes of the rows that are not flushed yet. */
  private readonly records: number;

  /**
   * @param names labels by the number that tags name them by.
   * @param labelOrder how labels are ordered where prompts ask for all; null where `add` is told the labels.
   * @param idPrefix what stands in an id before the sentence's number.
   */
  constructor(
    private readonly kernel: Kernel,
    private readonly frame: RowFrame,
    private readonly names: readonly string[],
    private readonly labelOrder: LabelOrder | null,
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
    kernel.calls.setSeparator(Buffer.byteLength(frame.separator), String(separator).length);
    for (const name of names) this.numberOf(name);
    if (labelOrder instanceof KeyStart) this.setKey(labelOrder);
    this.records = kernel.stamps.take(mostRecords * recordSize);
    kernel.rows.reserve(firstRows);
    this.startRows();
  }

  /** Whether prompts ask for all labels, so that rows can be made of runs of sentences. */
  get takesRuns(): boolean {
    return this.labelOrder !== null;
  }

  /**
   * Adds a row.
   *
   * @param labels what the prompt asks for, in order; null where it asks for all.
   * @param lines where rows are flushed to when there is no room for more, and counted by `counter`.
   */
  add(
    { index, round }: PlainDraw,
    labels: readonly string[] | null,
    lines: LineBuffer,
    counter: Counter,
  ): void {
    const { kernel } = this;
    const count = labels === null ? this.orderAll(index, round) : this.order(labels);
    if (kernel.calls.putRow(index, round, count)) return;
    this.flush(lines, counter);
    kernel.rows.reserve(kernel.result(result.needed));
    this.startRows();
    if (!kernel.calls.putRow(index, round, count)) throw new Error(`there is no room for row ${index}`);
  }

  /** Adds rows of the next sentences of a run as far as they are plain and there is room. */
  addRun({ run, index, round }: RunDraw): void {
    const { kernel, names } = this;
    const isShuffled = this.labelOrder instanceof KeyStart;
    const { from, to, isLast, most } = run;
    run.taken = kernel.calls.putRows(from, to, isLast, most, index, round, names.length, isShuffled);
    run.reached = kernel.result(result.reached);
  }

  /** Moves the rows so far to where they belong, and counts them. */
  flush(lines: LineBuffer, counter: Counter): void {
    const { kernel, records } = this;
    const { numbers } = kernel;
    const [first, behind] = [records / 4, kernel.calls.recordsBehind() / 4];
    if (first === behind) return;
    const { at } = kernel.rows;
    const ends: number[] = [];
    for (let record = first; record < behind; record += recordSize / 4) {
      ends.push((numbers[record] ?? 0) - at);
    }
    lines.addAll(kernel.bytes.subarray(at, at + (ends.at(-1) ?? 0)), ends);
    counter.addPlainRows(ends.length);
    this.countMentions(counter);
    for (const { text, base, labels, sentence, target } of this.frame.lengths) {
      const tally = counter.lengthsOf(text);
      for (let record = first; record < behind; record += recordSize / 4) {
        const labelLength = numbers[record + 1] ?? 0;
        const sentenceLength = numbers[record + 2] ?? 0;
        const targetLength = numbers[record + 3] ?? 0;
        tally.add(base + labels * labelLength + sentence * sentenceLength + target * targetLength);
      }
    }
    this.startRows();
  }

  private countMentions(counter: Counter): void {
    const first = this.mentionsAt / 4;
    const mentions = this.kernel.numbers.subarray(first, first + this.names.length);
    for (const [number, name] of this.names.entries()) {
      const count = mentions[number] ?? 0;
      if (count > 0) counter.addMentions(name, count);
    }
    mentions.fill(0);
  }

  private startRows(): void {
    const { at, size } = this.kernel.rows;
    this.kernel.calls.setRows(at, at + size, this.records, mostRecords);
  }

  /** Asks for all labels; returns how many. */
  private orderAll(index: number, round: number): number {
    const { calls } = this.kernel;
    const count = this.names.length;
    if (this.labelOrder instanceof KeyStart) calls.shuffleAll(count, index, round);
    else calls.orderAll(count);
    return count;
  }

  private order(labels: readonly string[]): number {
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
    const { kernel } = this;
    const { at, room } = this.pairs;
    const larger = Math.max(64, 2 * room);
    const pairs = {
      at: kernel.stamps.take(larger * pairSize),
      order: kernel.stamps.take(larger * 4),
      room: larger,
    };
    kernel.bytes.copyWithin(pairs.at, at, at + room * pairSize);
    kernel.calls.setLabels(pairs.at, pairs.order);
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
