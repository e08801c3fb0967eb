import type { LeftOut } from "./corpora/reader.js";
import type { ChunkCounts } from "./counts.js";
import { Counter } from "./counts.js";
import { type HeldOutTexts, heldOutTexts } from "./held-out-texts.js";
import type { OpenSet } from "./open-set.js";
import { type BlockPool, LineBuffer } from "./output/line-buffer.js";
import type { Lines } from "./output/shards.js";
import type { Plan, Split } from "./plan.js";
import { splits } from "./plan.js";
import type { ReadExample } from "./row-maker.js";
import { drawExamples, RowMaker } from "./row-maker.js";
import { ValidationShare } from "./validation-share.js";

/** One split of one set; a build does these one after the other. */
export interface Unit {
  readonly set: OpenSet;
  readonly split: Split;
}

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

export function unitsOf(sets: readonly OpenSet[]): Unit[] {
  return splits.flatMap((split) =>
    sets.filter(({ sources }) => sources.has(split)).map((set) => ({ set, split })),
  );
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
  blocks: BlockPool,
): AsyncGenerator<Chunk> {
  const work: Work = {
    plan,
    maker: new RowMaker(plan, sets),
    heldOut: await heldOutTexts(plan, sets),
    validation: new ValidationShare(plan),
    blocks,
  };
  for (const [unit, { set, split }] of unitsOf(sets).entries()) {
    if (after !== null && unit < after.unit) continue;
    const isOwn = (place: ChunkPlace) =>
      (unit + place.number) % share.of === share.worker &&
      (after === null || comparePlaces(place, after) > 0);
    yield* chunksOfUnit(work, { set, split }, unit, isOwn);
  }
}

interface Work {
  readonly plan: Plan;
  readonly maker: RowMaker;
  readonly heldOut: HeldOutTexts;
  readonly validation: ValidationShare;
  readonly blocks: BlockPool;
}

async function* chunksOfUnit(
  work: Work,
  { set, split }: Unit,
  unit: number,
  isOwn: (place: ChunkPlace) => boolean,
): AsyncGenerator<Chunk> {
  let chunk = new ChunkBuilder(work, { set, split }, { unit, round: 0, number: 0 });
  // Entries are left out between sentences: they count in the chunk of the sentence that comes next, if any.
  let leftOut: LeftOut[] = [];
  const wants = (round: number, index: number) =>
    isOwn({ unit, round, number: Math.floor(index / chunkSentences) });
  const draws = drawExamples(work.plan, set, split, work.heldOut, (entry) => leftOut.push(entry), wants);
  for await (const draw of draws) {
    const { round, index } = draw;
    const number = Math.floor(index / chunkSentences);
    if (number !== chunk.place.number || round !== chunk.place.round) {
      if (isOwn(chunk.place)) yield chunk.finish();
      chunk = new ChunkBuilder(work, { set, split }, { unit, round, number });
    }
    if (isOwn(chunk.place)) chunk.add(draw, leftOut);
    leftOut = [];
  }
  if (!isOwn(chunk.place)) return;
  chunk.leaveOut(leftOut);
  yield chunk.finish();
}

/** Makes the rows of one chunk, sentence by sentence. */
class ChunkBuilder {
  private readonly counter = new Counter();
  private readonly rows: LineBuffer;
  private readonly validationRows: LineBuffer | null;

  constructor(
    private readonly work: Work,
    private readonly unit: Unit,
    readonly place: ChunkPlace,
  ) {
    this.rows = new LineBuffer(unit.split, work.blocks);
    const hasShare = unit.split === "train" && work.plan.output.validation !== undefined;
    this.validationRows = hasShare ? new LineBuffer("validation", work.blocks) : null;
  }

  add(draw: ReadExample, leftOut: readonly LeftOut[]): void {
    const { maker, validation } = this.work;
    const { set, split } = this.unit;
    this.leaveOut(leftOut);
    if (draw.round === 0) this.counter.read(draw.example, draw.passedOver);
    if (!draw.isDrawn) return;
    const validationRows = validation.has(split, draw.example.doc) ? this.validationRows : null;
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

  leaveOut(entries: readonly LeftOut[]): void {
    for (const entry of entries) this.counter.leaveOut(entry);
  }

  finish(): Chunk {
    const lines = [this.rows.lines, ...(this.validationRows === null ? [] : [this.validationRows.lines])];
    return { place: this.place, lines, counts: this.counter.counts };
  }
}

/** The lengths of a row's texts, by their key. */
function charactersOf(row: object): Record<string, number> {
  const lengths: Record<string, number> = {};
  for (const [key, value] of Object.entries(row)) {
    if (key !== "id" && key !== "subpart") lengths[key] = charactersIn(value);
  }
  return lengths;
}

/** In UTF-16 units: of all texts in a value, such as a list of messages. */
function charactersIn(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((sum, part) => sum + charactersIn(part), 0);
}
