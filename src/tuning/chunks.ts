import type { LeftOut } from "./corpora/reader.js";
import type { ChunkCounts } from "./counts.js";
import { Counter } from "./counts.js";
import type { HeldOutTexts } from "./held-out-texts.js";
import { Kernel } from "./kernel/kernel.js";
import type { OpenSet } from "./open-set.js";
import { type BlockPool, LineBuffer } from "./output/line-buffer.js";
import type { Lines } from "./output/shards.js";
import type { PlainDraw, RunDraw } from "./plain-draws.js";
import { plainDraws, plainFiles } from "./plain-draws.js";
import { PlainRows } from "./plain-rows.js";
import type { Plan } from "./plan.js";
import type { Preparation } from "./preparation.js";
import { rowFrame, textsIn } from "./row-frame.js";
import type { ReadExample } from "./row-maker.js";
import { drawExamples, RowMaker } from "./row-maker.js";
import type { Selection } from "./selection.js";
import { type Unit, unitsOf } from "./units.js";
import { ValidationShare } from "./validation-share.js";

/** Where a chunk stands. Chunks are done in this order; those without a sentence do not exist. */
export interface ChunkPlace {
  /** The number of its unit. */
  readonly unit: number;
  readonly round: number;
  /** The number of its first sentence in the split, by `chunkSentences`. */
  readonly number: number;
}

/** The rows of some consecutive sentences, as they are to be written. */
export interface Chunk {
  readonly place: ChunkPlace;
  readonly lines: readonly Lines[];
  readonly counts: ChunkCounts;
}

/** Chunks in order. Each is given back when its rows are written. */
export interface ChunkSource {
  readonly chunks: AsyncIterable<Chunk>;
  giveBack(chunk: Chunk): void;
  /** Ends the chunks with an error, where none may be given back any more. */
  fail(error: unknown): void;
}

/** Where the making of chunks has come to: the chunk of the sentence that is read, once there is one. */
export interface Reached {
  place: ChunkPlace | null;
}

/** Chunks that are packed while one is written: as many as the threads that pack. */
export const packedChunks = 4;

/** Sentences in a chunk. Packed files depend on it: each chunk is packed by itself. */
export const chunkSentences = 512;

/** The part of a build that one of several workers does: every so many-th chunk. */
export interface Share {
  readonly worker: number;
  readonly of: number;
}

/** Below 0 where `a` comes before `b`. */
export function comparePlaces(a: ChunkPlace, b: ChunkPlace): number {
  return a.unit - b.unit || a.round - b.round || a.number - b.number;
}

/**
 * The chunks of a share, in order, from behind a place. A chunk depends on the plan, the sources and its place alone,
 * so whichever worker makes it, and whatever was made before, it is the same. Rows are written into blocks of the pool;
 * who has written a chunk may give them back.
 */
export async function* makeChunks(
  plan: Plan,
  sets: readonly OpenSet[],
  share: Share,
  after: ChunkPlace | null,
  preparation: Preparation,
  blocks: BlockPool,
  reached: Reached = { place: null },
): AsyncGenerator<Chunk> {
  const work: Work = {
    plan,
    maker: new RowMaker(plan, sets),
    heldOut: await preparation.heldOut(),
    validation: new ValidationShare(plan),
    blocks,
    kernel: Kernel.take(),
  };
  try {
    for (const [unit, { set, split }] of unitsOf(sets).entries()) {
      if (after !== null && unit < after.unit) continue;
      reached.place = { unit, round: 0, number: 0 };
      const isOwn = (place: ChunkPlace) =>
        (unit + place.number) % share.of === share.worker &&
        (after === null || comparePlaces(place, after) > 0);
      const selection = await preparation.selection(unit);
      yield* chunksOfUnit(work, { set, split }, selection, unit, isOwn, reached);
    }
  } finally {
    work.kernel.release();
  }
}

interface Work {
  readonly plan: Plan;
  readonly maker: RowMaker;
  readonly heldOut: HeldOutTexts;
  readonly validation: ValidationShare;
  readonly blocks: BlockPool;
  /** Of the unit at work. */
  readonly kernel: Kernel;
}

async function* chunksOfUnit(
  work: Work,
  { set, split }: Unit,
  selection: Selection,
  unit: number,
  isOwn: (place: ChunkPlace) => boolean,
  reached: Reached,
): AsyncGenerator<Chunk> {
  const plain = plainRowsOf(work, { set, split });
  const start = (place: ChunkPlace) => new ChunkBuilder(work, { set, split }, plain, place);
  let chunk = start({ unit, round: 0, number: 0 });
  // Entries are left out between sentences: they count in the chunk of the sentence that comes next, if any.
  let leftOut: LeftOut[] = [];
  const wants = (round: number, index: number) => {
    const place = { unit, round, number: Math.floor(index / chunkSentences) };
    const isWanted = isOwn(place);
    if (isWanted) reached.place = place;
    return isWanted;
  };
  const onLeftOut = (entry: LeftOut) => leftOut.push(entry);
  for await (const draws of drawsOf(work, { set, split }, selection, plain, onLeftOut, wants)) {
    for (const draw of draws) {
      const { round, index } = draw;
      const number = Math.floor(index / chunkSentences);
      if (number !== chunk.place.number || round !== chunk.place.round) {
        if (isOwn(chunk.place) && chunk.exists) yield chunk.finish();
        chunk = start({ unit, round, number });
      }
      if (isOwn(chunk.place)) chunk.add(draw, leftOut);
      leftOut = [];
    }
  }
  if (!isOwn(chunk.place) || !chunk.exists) return;
  chunk.leaveOut(leftOut);
  yield chunk.finish();
}

/** Null where rows cannot be made of the bytes of sentences. */
function plainRowsOf({ plan, maker, validation, kernel }: Work, { set, split }: Unit): PlainRows | null {
  if (validation.takes(split) || !maker.takesAsIs(set, split)) return null;
  const frame = rowFrame(plan, set.name, split);
  return frame === null
    ? null
    : new PlainRows(kernel, frame, set.labels, maker.labelOrder(set, split), `${set.name}-${split}-`);
}

/** The sentences of a unit, in blocks: from the bytes of its files where its rows can be made of them. */
async function* drawsOf(
  { plan, heldOut, kernel }: Work,
  { set, split }: Unit,
  selection: Selection,
  plain: PlainRows | null,
  onLeftOut: (entry: LeftOut) => void,
  wants: (round: number, index: number) => boolean,
): AsyncGenerator<Iterable<ReadExample | PlainDraw | RunDraw>> {
  const files = plain === null ? null : plainFiles(set, split);
  if (files !== null) {
    // A run ends with its chunk.
    const most = (index: number) => (plain?.takesRuns ? chunkSentences - (index % chunkSentences) : 1);
    const wanted = (round: number, index: number) => (wants(round, index) ? most(index) : 0);
    yield* plainDraws(kernel, plan, set, split, files, heldOut, selection, wanted);
  } else {
    const draws = drawExamples(plan, set, split, heldOut, selection, onLeftOut, wants);
    for await (const draw of draws) yield [draw];
  }
}

/** Makes the rows of one chunk, sentence by sentence. */
class ChunkBuilder {
  private hasSentences = false;
  private readonly counter = new Counter();
  private readonly rows: LineBuffer;
  private readonly validationRows: LineBuffer | null;

  constructor(
    private readonly work: Work,
    private readonly unit: Unit,
    private readonly plainRows: PlainRows | null,
    readonly place: ChunkPlace,
  ) {
    this.rows = new LineBuffer(unit.split, work.blocks);
    const hasShare = unit.split === "train" && work.plan.output.validation !== undefined;
    this.validationRows = hasShare ? new LineBuffer("validation", work.blocks) : null;
  }

  /** A run may turn out to have no sentence. The first chunk of a unit is there all the same: it counts what there is. */
  get exists(): boolean {
    const { round, number } = this.place;
    return this.hasSentences || (round === 0 && number === 0);
  }

  add(draw: ReadExample | PlainDraw | RunDraw, leftOut: readonly LeftOut[]): void {
    if ("run" in draw) {
      this.addRun(draw);
      return;
    }
    this.hasSentences = true;
    if ("sentence" in draw) this.addPlain(draw);
    else this.addExample(draw, leftOut);
  }

  private addExample(draw: ReadExample, leftOut: readonly LeftOut[]): void {
    const { maker, validation } = this.work;
    const { set, split } = this.unit;
    const { doc, remarks } = draw.example;
    this.leaveOut(leftOut);
    if (draw.round === 0) this.counter.read({ id: doc.id, ...(remarks && { remarks }) }, draw.passedOver);
    if (!draw.isDrawn) return;
    const validationRows = validation.has(split, doc) ? this.validationRows : null;
    this.plainRows?.flush(this.rows, this.counter);
    for (const made of maker.rows(set, split, draw)) {
      if ("refused" in made) {
        this.counter.refuse(made.id, made.refused);
        continue;
      }
      (validationRows ?? this.rows).add(JSON.stringify(made.row));
      this.counter.addRow(made, validationRows !== null);
      for (const [text, length] of Object.entries(made.tokens ?? charactersOf(made.row))) {
        this.counter.addLength(text, length);
      }
    }
  }

  /** A row that is no validation row, of a sentence that nothing is done to. */
  private addPlain(draw: PlainDraw): void {
    const { set, split } = this.unit;
    const { index, round, passedOver } = draw;
    if (round === 0) {
      if (passedOver === null) this.counter.readPlain(1);
      else this.counter.read({ id: `${set.name}-${split}-${index}` }, passedOver);
    }
    if (!draw.isDrawn) return;
    const labels = this.plainRows?.takesRuns ? null : this.work.maker.plainLabels(set, split, draw);
    this.plainRows?.add(draw, labels, this.rows, this.counter);
  }

  private addRun(draw: RunDraw): void {
    this.plainRows?.addRun(draw);
    this.hasSentences ||= draw.run.taken > 0;
    if (draw.round === 0) this.counter.readPlain(draw.run.taken);
  }

  leaveOut(entries: readonly LeftOut[]): void {
    for (const entry of entries) this.counter.leaveOut(entry);
  }

  finish(): Chunk {
    this.plainRows?.flush(this.rows, this.counter);
    const lines = [this.rows.lines, ...(this.validationRows === null ? [] : [this.validationRows.lines])];
    return { place: this.place, lines, counts: this.counter.counts };
  }
}

/** The lengths of a row's texts, by their key. */
function charactersOf(row: object): Record<string, number> {
  const lengths: Record<string, number> = {};
  for (const [key, value] of Object.entries(row)) {
    if (key !== "id" && key !== "subpart") {
      lengths[key] = textsIn(value).reduce((sum, { length }) => sum + length, 0);
    }
  }
  return lengths;
}
