import { Worker } from "node:worker_threads";
import type { WorkerMessage, WorkerOrder } from "./build-worker.js";
import type { Chunk, ChunkPlace, ChunkSource } from "./chunks.js";
import { comparePlaces, packedChunks } from "./chunks.js";
import { errorOf, faultOf } from "./fault.js";
import type { OpenedFrom, OpenSet } from "./open-set.js";
import { openedFrom, openFiles } from "./open-set.js";
import type { Plan, PlanSet } from "./plan.js";
import { OwnPreparation, type Prepared } from "./preparation.js";
import { unitsOf } from "./units.js";

/** Chunks of a worker that may be on their way or not be written yet. More than are kept waiting to be packed. */
const ahead = packedChunks + 3;

/**
 * Worker threads that make the chunks of a build side by side. They start at once, and load the program while their
 * plan is being opened.
 */
export class WorkerPool {
  private readonly streams: readonly WorkerStream[];
  private readonly ending = new AbortController();
  private readonly stop: () => void;

  /** @param signal ends what the workers are at, with its reason. */
  constructor(
    workers: number,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.streams = Array.from({ length: workers }, () => new WorkerStream());
    this.stop = () => this.fail(signal?.reason);
    signal?.addEventListener("abort", this.stop, { once: true });
  }

  /** Opens the sets of a plan side by side. Throws what the first set that fails throws. */
  async openSets(plan: Plan): Promise<OpenSet[]> {
    // Whoever listens now is not told any more that it was aborted before.
    this.signal?.throwIfAborted();
    const opening: Promise<OpenSet>[] = [];
    let hasFailed = false;
    const takeSets = async (stream: WorkerStream): Promise<void> => {
      for (;;) {
        const set = plan.sets[opening.length];
        if (set === undefined || hasFailed) return;
        const opened = this.openSet(stream, plan, set);
        opening.push(opened);
        await opened.catch(() => {
          hasFailed = true;
        });
      }
    };
    await Promise.all(this.streams.map(takeSets));
    return Promise.all(opening);
  }

  private async openSet(stream: WorkerStream, plan: Plan, set: PlanSet): Promise<OpenSet> {
    return openFiles(plan, set, await stream.open(plan, set));
  }

  /**
   * The chunks of a build, in order: the same as one thread makes. Throws what the first chunk that fails throws, or the
   * reason of the signal.
   */
  chunks(plan: Plan, sets: readonly OpenSet[], after: ChunkPlace | null): ChunkSource {
    const { signal } = this;
    const opened = sets.map(openedFrom);
    const of = this.streams.length;
    for (const [worker, stream] of this.streams.entries()) {
      stream.tell({ task: { plan, opened, after, ahead, share: { worker, of } } });
    }
    const ends = signal === undefined ? this.ending.signal : AbortSignal.any([signal, this.ending.signal]);
    // What fails here fails in the workers, when they come to it.
    void this.prepare(new OwnPreparation(plan, sets, ends), after?.unit ?? 0, unitsOf(sets).length);
    const makers = new WeakMap<Chunk, WorkerStream>();
    return {
      chunks: inOrder(this.streams, makers),
      giveBack: (chunk) => makers.get(chunk)?.giveBack(chunk),
      fail: (error) => this.fail(error),
    };
  }

  private fail(error: unknown): void {
    for (const stream of this.streams) stream.fail(error);
  }

  async end(): Promise<void> {
    this.signal?.removeEventListener("abort", this.stop);
    this.ending.abort();
    await Promise.all(this.streams.map((stream) => stream.end()));
  }

  /** Finds what the workers wait for, in the order in which they do. */
  private async prepare(preparation: OwnPreparation, first: number, units: number): Promise<void> {
    let unit: number | null = null;
    try {
      this.tell({ heldOut: (await preparation.heldOut()).shared });
      for (unit = first; unit < units; unit++) {
        const selection = await preparation.selection(unit);
        const shared = selection.map((round) => (round === "all" ? round : round.shared));
        this.tell({ unit, selection: shared });
      }
    } catch (error) {
      this.tell({ unit, fault: faultOf(error) });
    }
  }

  private tell(prepared: Prepared): void {
    for (const stream of this.streams) stream.tell({ prepared });
  }
}

async function* inOrder(
  streams: readonly WorkerStream[],
  makers: WeakMap<Chunk, WorkerStream>,
): AsyncGenerator<Chunk> {
  for (;;) {
    const next = await nextChunk(streams);
    if (next === null) return;
    makers.set(next.chunk, next.stream);
    yield next.chunk;
  }
}

/** What comes next of a worker: a chunk, or an error, at a place in the build. */
type Head = Pick<Chunk, "place"> & ({ readonly chunk: Chunk } | { readonly error: unknown });

interface Next {
  readonly stream: WorkerStream;
  readonly chunk: Chunk;
}

/**
 * Takes the chunk that stands first of those that come next in each stream; null where all have ended. Throws the error
 * that stands before all of them: a later one of another stream waits.
 */
async function nextChunk(streams: readonly WorkerStream[]): Promise<Next | null> {
  let first: { readonly stream: WorkerStream; readonly head: Head } | null = null;
  for (const stream of streams) {
    const head = await stream.head();
    if (head === null || (first !== null && comparePlaces(head.place, first.head.place) > 0)) continue;
    first = { stream, head };
  }
  if (first === null) return null;
  if ("error" in first.head) throw first.head.error;
  first.stream.take();
  return { stream: first.stream, chunk: first.head.chunk };
}

/** Why a stream ended before its work was done, and where in the build that stands; null for at once. */
interface Failure {
  readonly error: unknown;
  readonly place: ChunkPlace | null;
}

/** One worker thread: the set that it opens, or its chunks. */
class WorkerStream {
  private readonly worker: Worker;
  private opening: PromiseWithResolvers<OpenedFrom> | null = null;
  private readonly chunks: Chunk[] = [];
  private ended: Failure | "done" | null = null;
  private notify: (() => void) | null = null;

  constructor() {
    this.worker = new Worker(new URL("./build-worker.js", import.meta.url), {
      // Rows are made and forgotten: a larger young generation takes memory and saves little.
      resourceLimits: { maxYoungGenerationSizeMb: 48 },
    });
    this.worker.on("message", (message: WorkerMessage) => this.receive(message));
    this.worker.on("error", (error) => this.fail(error));
    this.worker.on("exit", () => this.fail(new Error("a worker thread ended before its work was done")));
  }

  /** Throws what opening the set throws. */
  async open(plan: Plan, set: PlanSet): Promise<OpenedFrom> {
    if (this.ended !== null && this.ended !== "done") throw this.ended.error;
    this.opening = Promise.withResolvers();
    this.tell({ open: { plan, set } });
    return await this.opening.promise;
  }

  /** What comes next, which stays; null where there is no more. Throws an error that stands nowhere. */
  async head(): Promise<Head | null> {
    for (;;) {
      const { ended } = this;
      if (ended !== null && ended !== "done" && ended.place === null) throw ended.error;
      const [chunk] = this.chunks;
      if (chunk !== undefined) return { chunk, place: chunk.place };
      if (ended === "done") return null;
      if (ended?.place) return { error: ended.error, place: ended.place };
      await new Promise<void>((resolve) => {
        this.notify = resolve;
      });
    }
  }

  /** Takes the next chunk off. */
  take(): void {
    this.chunks.shift();
  }

  /** Lets the worker make another chunk, with the memory of this one. */
  giveBack({ lines }: Chunk): void {
    this.tell({ blocks: lines.map(({ bytes }) => bytes) });
  }

  tell(order: WorkerOrder): void {
    this.worker.postMessage(order);
  }

  /** Ends the stream at once; only the first end counts. */
  fail(error: unknown): void {
    this.close({ error, place: null });
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private receive(message: WorkerMessage): void {
    if ("opened" in message) this.opening?.resolve(message.opened);
    else if ("chunk" in message) this.chunks.push(message.chunk);
    else if ("fault" in message) this.close({ error: errorOf(message.fault), place: message.place });
    else this.close("done");
    this.wake();
  }

  private close(how: Failure | "done"): void {
    this.ended ??= how;
    if (how !== "done") this.opening?.reject(how.error);
    this.wake();
  }

  private wake(): void {
    this.notify?.();
    this.notify = null;
  }
}
