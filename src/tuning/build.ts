import { BuildCounts } from "./build-counts.js";
import { fingerprintOf, originOf } from "./build-origin.js";
import type { Chunk, ChunkPlace, ChunkSource } from "./chunks.js";
import { makeChunks, packedChunks } from "./chunks.js";
import { HashThread } from "./hash-thread.js";
import type { Manifest } from "./manifest.js";
import type { OpenSet } from "./open-set.js";
import { checkSources, openSet } from "./open-set.js";
import { BlockPool } from "./output/line-buffer.js";
import type { FolderMode } from "./output/output-folder.js";
import { OutputFolder } from "./output/output-folder.js";
import type { PackedPiece } from "./output/row-writer.js";
import { RowWriter } from "./output/row-writer.js";
import type { OutputName } from "./output/shards.js";
import { outputNames } from "./output/shards.js";
import { DiskFullError } from "./output/write-error.js";
import type { Plan, Split } from "./plan.js";
import { OwnPreparation } from "./preparation.js";
import { unitsOf } from "./units.js";
import { checkValidation } from "./validation-share.js";
import { WorkerPool } from "./worker-pool.js";

/** How far a build is. `rows` counts the rows of all splits, those of an earlier build that it goes on with too. */
export interface BuildProgress {
  readonly set: string;
  readonly split: Split;
  readonly rows: number;
}

export interface BuildOptions {
  /** What to do with a data set, or with a build that broke off, in the folder. Default `fresh`: InputError. */
  readonly mode?: FolderMode;
  /** Threads that make rows. The rows do not depend on it. Default 1: the calling thread. */
  readonly workers?: number;
  /** Stops the build between two chunks: its reason is thrown, and the folder can be resumed. */
  readonly signal?: AbortSignal;
  /** Called after every chunk of rows. */
  readonly onProgress?: (progress: BuildProgress) => void;
}

/**
 * Builds the rows of a plan as JSON lines in `outFolder`, with `manifest.json`: in corpus order, one set after the
 * other, streamed. Whatever goes wrong, files under their final names are whole. A build that was killed or stopped, or
 * met a full disk, can be resumed; one that failed for another reason leaves nothing of its own. Sentences that cannot be rows
 * are listed in the manifest, which also counts what readers left out or settled. Throws InputError and FormatError for
 * sources, labels and folders that do not fit.
 */
export async function buildDataset(
  plan: Plan,
  outFolder: string,
  options: BuildOptions = {},
): Promise<Manifest> {
  checkValidation(plan);
  const sourceBytes = await checkSources(plan);
  const folder = await OutputFolder.open(outFolder, options.mode ?? "fresh");
  const { workers = 1 } = options;
  let pool: WorkerPool | null = null;
  let hashing: HashThread | null = null;
  try {
    if (workers > 1) pool = new WorkerPool(workers, options.signal);
    hashing = HashThread.forBuild(sourceBytes, workers);
    const sets = await (pool === null ? openSets(plan, hashing, options.signal) : pool.openSets(plan));
    return await build(plan, sets, folder, { pool, hashing }, options);
  } catch (error) {
    if (options.signal?.aborted || error instanceof DiskFullError) await folder.keep();
    else await folder.discard();
    throw error;
  } finally {
    await Promise.all([pool?.end(), hashing?.end()]);
  }
}

/** Threads that help with a build. */
interface Helpers {
  /** Makes the rows; null where the calling thread does. */
  readonly pool: WorkerPool | null;
  /** Hashes what is read and written; null where the calling thread does. */
  readonly hashing: HashThread | null;
}

async function openSets(
  plan: Plan,
  hashing: HashThread | null,
  signal: AbortSignal | undefined,
): Promise<OpenSet[]> {
  const sets: OpenSet[] = [];
  for (const set of plan.sets) sets.push(await openSet(plan, set, signal, hashing));
  return sets;
}

async function build(
  plan: Plan,
  sets: readonly OpenSet[],
  folder: OutputFolder,
  { pool, hashing }: Helpers,
  options: BuildOptions,
): Promise<Manifest> {
  const origin = await originOf(plan, sets);
  const fingerprint = fingerprintOf(origin);
  const finished = await folder.finish(origin, fingerprint);
  if (finished !== null) return JSON.parse(finished);
  const writer = new RowWriter(plan.output, (name) => folder.file(name), hashing);
  try {
    const written = await folder.begin(origin);
    const counts = new BuildCounts(unitsOf(sets));
    for (const { chunk, counts: chunkCounts } of written) counts.add(chunk.unit, chunkCounts);
    await writer.resume(written);
    for (const name of outputsOf(plan, sets)) await writer.start(name);
    const after = written.at(-1)?.chunk ?? null;
    const chunks =
      pool === null ? ownChunks(plan, sets, after, options.signal) : pool.chunks(plan, sets, after);
    await writeChunks(chunks, sets, folder, writer, counts, options);
    options.signal?.throwIfAborted();
    const shards = await writer.close();
    const manifest = counts.manifest(plan, sets, fingerprint, shards);
    await folder.publish(manifest, writer.renames);
    return manifest;
  } catch (error) {
    await writer.abandon();
    throw error;
  }
}

/** The outputs that a build has, if only as empty files. */
function outputsOf(plan: Plan, sets: readonly OpenSet[]): OutputName[] {
  const built = new Set<OutputName>(unitsOf(sets).map(({ split }) => split));
  if (plan.output.validation !== undefined) built.add("validation");
  return outputNames.filter((name) => built.has(name));
}

/** The chunks that the calling thread makes. */
function ownChunks(
  plan: Plan,
  sets: readonly OpenSet[],
  after: ChunkPlace | null,
  signal: AbortSignal | undefined,
): ChunkSource {
  const blocks = new BlockPool();
  const preparation = new OwnPreparation(plan, sets, signal);
  const chunks = makeChunks(plan, sets, { worker: 0, of: 1 }, after, preparation, blocks);
  return { chunks, giveBack: ({ lines }) => blocks.giveAll(lines), fail: () => {} };
}

async function writeChunks(
  { chunks, giveBack, fail }: ChunkSource,
  sets: readonly OpenSet[],
  folder: OutputFolder,
  writer: RowWriter,
  counts: BuildCounts,
  { signal, onProgress }: BuildOptions,
): Promise<void> {
  const units = unitsOf(sets);
  const write = async ({ chunk, pieces }: PackedChunk): Promise<void> => {
    const { place, counts: chunkCounts } = chunk;
    const files = await writer.write(pieces);
    giveBack(chunk);
    folder.addChunk({ chunk: place, counts: chunkCounts, files });
    counts.add(place.unit, chunkCounts);
    const unit = units[place.unit];
    if (unit !== undefined) onProgress?.({ set: unit.set.name, split: unit.split, rows: counts.rows });
  };
  // Chunks are written one after the other while the next ones are made.
  const writing: Promise<void>[] = [];
  try {
    for await (const packed of packedAhead(chunks, writer)) {
      if (writing.length === chunksInWriting) await writing.shift();
      signal?.throwIfAborted();
      const before = writing.at(-1) ?? Promise.resolve();
      const written = before.then(() => write(packed));
      // Whoever awaits it is told. Makers of chunks wait for those that will not be given back.
      written.catch(fail);
      writing.push(written);
    }
  } finally {
    await Promise.all(writing);
  }
}

/** How many chunks may wait to be written while others are made. */
const chunksInWriting = 3;

interface PackedChunk {
  readonly chunk: Chunk;
  readonly pieces: readonly PackedPiece[];
}

/** Chunks in order; the next ones are being packed meanwhile. */
async function* packedAhead(chunks: AsyncIterable<Chunk>, writer: RowWriter): AsyncGenerator<PackedChunk> {
  const waiting: PackedChunk[] = [];
  for await (const chunk of chunks) {
    waiting.push({ chunk, pieces: writer.pack(chunk.lines) });
    if (waiting.length > packedChunks) yield* waiting.splice(0, 1);
  }
  yield* waiting;
}
