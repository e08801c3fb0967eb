import { z } from "zod";
import type { LeftOut, Provenance } from "./corpora/reader.js";
import type { PassedOver } from "./draws.js";
import { type Histogram, LengthTally } from "./length-tally.js";
import { namedValues } from "./named-values.js";
import { RemarkCounter } from "./remark-counts.js";
import type { BuiltRow } from "./row-maker.js";

const remark = z.object({ id: z.string().exactOptional(), line: z.int(), message: z.string() });
const remarkCount = z.object({ kind: z.string(), count: z.int(), first: z.array(remark).readonly() });

const histogram: z.ZodType<Histogram> = z
  .array(z.int())
  .refine(({ length }) => length % 2 === 0, "must be pairs of length and number");

/** What a stretch of one split of one set gave. Stretches add up, in order, to what the split gave. */
export const chunkCounts = z.object({
  sentences: z.int(),
  rows: z.int(),
  validation: z.int(),
  passedOver: z.record(z.string(), z.int()),
  heldOut: z.array(z.string()),
  changes: z.record(z.string(), z.int()),
  subparts: z.int(),
  mentions: namedValues(z.int()),
  lengths: z.record(z.string(), histogram),
  leftOut: z.array(remarkCount).readonly(),
  remarks: z.array(remarkCount).readonly(),
  refused: z.array(z.object({ id: z.string(), reason: z.string() })),
});
export type ChunkCounts = z.infer<typeof chunkCounts>;

/** What a sentence is called, and what its reader said about it. */
export interface ReadSentence extends Pick<Provenance, "remarks"> {
  readonly id: string;
}

/** Counts what one split of one set gives, or a stretch of it. */
export class Counter {
  /** Sentences read, those that are not drawn too. */
  sentences = 0;
  rows = 0;
  /** Of the rows, those in the validation share. */
  validation = 0;
  /** Rows that are a part of a sentence. */
  private subparts = 0;
  private readonly passedOver = new Map<string, number>();
  private readonly changes = new Map<string, number>();
  private readonly mentions = new Map<string, number>();
  private readonly lengths = new Map<string, LengthTally>();
  private readonly leftOut = new RemarkCounter();
  private readonly remarks = new RemarkCounter();
  private readonly heldOut: string[] = [];
  private readonly refused: { id: string; reason: string }[] = [];

  leaveOut({ line, leftOut }: LeftOut): void {
    this.leftOut.add({ line, message: leftOut });
  }

  /** Takes note of a sentence and of what the reader said about it, whether it becomes rows or not. */
  read({ id, remarks }: ReadSentence, passedOver: PassedOver | null): void {
    this.sentences++;
    if (passedOver !== null) count(this.passedOver, passedOver, 1);
    if (passedOver === "heldOut") this.heldOut.push(id);
    if (remarks === undefined) return;
    for (const { line, message } of remarks) this.remarks.add({ id, line, message });
  }

  /** Takes note of sentences that are drawn and that their reader said nothing about. */
  readPlain(sentences: number): void {
    this.sentences += sentences;
  }

  refuse(id: string, reason: string): void {
    this.refused.push({ id, reason });
  }

  addRow({ gold, changes, subpart }: BuiltRow, isValidation: boolean): void {
    this.rows++;
    if (isValidation) this.validation++;
    if (subpart !== null) this.subparts++;
    for (const { label } of gold) count(this.mentions, label, 1);
    for (const [change, times] of Object.entries(changes)) if (times > 0) count(this.changes, change, times);
  }

  /** Rows of plain sentences, which nothing was done to; their mentions are added by label. */
  addPlainRows(rows: number): void {
    this.rows += rows;
  }

  addMentions(label: string, times: number): void {
    count(this.mentions, label, times);
  }

  addLength(text: string, length: number): void {
    this.lengthsOf(text).add(length);
  }

  /** The lengths of a text so far, which may be added to. */
  lengthsOf(text: string): LengthTally {
    const known = this.lengths.get(text);
    if (known !== undefined) return known;
    const made = new LengthTally();
    this.lengths.set(text, made);
    return made;
  }

  add(counts: ChunkCounts): void {
    this.sentences += counts.sentences;
    this.rows += counts.rows;
    this.validation += counts.validation;
    this.subparts += counts.subparts;
    addAll(this.passedOver, counts.passedOver);
    addAll(this.changes, counts.changes);
    addAll(this.mentions, counts.mentions);
    for (const [text, histogram] of Object.entries(counts.lengths)) this.lengthsOf(text).addAll(histogram);
    for (const remark of counts.leftOut) this.leftOut.merge(remark);
    for (const remark of counts.remarks) this.remarks.merge(remark);
    this.heldOut.push(...counts.heldOut);
    this.refused.push(...counts.refused);
  }

  /** All of it, to be added to another counter. */
  get counts(): ChunkCounts {
    return {
      sentences: this.sentences,
      rows: this.rows,
      validation: this.validation,
      passedOver: Object.fromEntries(this.passedOver),
      changes: Object.fromEntries(this.changes),
      subparts: this.subparts,
      mentions: Object.fromEntries(this.mentions),
      lengths: Object.fromEntries([...this.lengths].map(([text, { histogram }]) => [text, histogram])),
      leftOut: this.leftOut.counts(),
      remarks: this.remarks.counts(),
      heldOut: this.heldOut,
      refused: this.refused,
    };
  }
}

function count(counts: Map<string, number>, name: string, times: number): void {
  counts.set(name, (counts.get(name) ?? 0) + times);
}

function addAll(counts: Map<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, times] of Object.entries(more)) count(counts, name, times);
}
