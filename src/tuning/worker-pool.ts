import { Worker } from "node:worker_threads";
import { FormatError, InputError } from "../core/errors.js";
import type { Fault, WorkerMessage, WorkerTask } from "./build-worker.js";
import type { Chunk, ChunkPlace, ChunkSource } from "./chunks.js";
import { comparePlaces, packedChunks } from "./chunks.js";
import type { SetFiles } from "./open-set.js";
import type { Plan } from "./plan.js";

/** Chunks of a worker that may be on their way or not be written yet. More than are kept waiting to be packed. */
const ahead = packedChunks + 3;

/**
 * The chunks of a build, made by several worker threads side by side, in order: the same as one thread makes. Throws
 * what the first chunk that fails throws, or the reason of the signal.
 */
export function chunksOfWorkers(
  plan: Plan,
  files: readonly SetFiles[],
  workers: number,
  after: ChunkPlace | null,
  signal: AbortSignal | undefined,
): ChunkSource {
  const makers = new WeakMap<Chunk, WorkerStream>();
  const start = () =>
    Array.from(
      { length: workers },
      (_, worker) => new WorkerStream({ plan, files, after, ahead, share: { worker, of: workers } }),
    );
  return {
    chunks: inOrder(start, makers, signal),
    giveBack: (chunk) => makers.get(chunk)?.giveBack(chunk),
  };
}

async function* inOrder(
  start: () => readonly WorkerStream[],
  makers: WeakMap<Chunk, WorkerStream>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Chunk> {
  const streams = start();
  const stop = () => {
    for (const stream of streams) stream.fail(signal?.reason);
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const next = await nextChunk(streams);
      if (next === null) return;
      makers.set(next.chunk, next.stream);
      yield next.chunk;
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    await Promise.all(streams.map((stream) => stream.end()));
  }
}

interface Next {
  readonly stream: WorkerStream;
  readonly chunk: Chunk;
}

/** Takes the chunk that stands first of those that come next in each stream; null where all have ended. */
async function nextChunk(streams: readonly WorkerStream[]): Promise<Next | null> {
  let first: Next | null = null;
  for (const stream of streams) {
    const chunk = await stream.head();
    if (chunk === null || (first !== null && comparePlaces(chunk.place, first.chunk.place) > 0)) continue;
    first = { stream, chunk };
  }
  first?.stream.take();
  return first;
}

/** The chunks of one worker thread. */
class WorkerStream {
  private readonly worker: Worker;
  private readonly chunks: Chunk[] = [];
  private ended: { readonly error: unknown } | "done" | null = null;
  private notify: (() => void) | null = null;

  constructor(task: WorkerTask) {
    this.worker = new Worker(new URL("./build-worker.js", import.meta.url), {
      workerData: task,
      // Rows are made and forgotten: a larger young generation takes memory and saves little.
      resourceLimits: { maxYoungGenerationSizeMb: 48 },
    });
    this.worker.on("message", (message: WorkerMessage) => this.receive(message));
    this.worker.on("error", (error) => this.fail(error));
    this.worker.on("exit", () => this.fail(new Error("a worker thread ended before its work was done")));
  }

  /** The next chunk, which stays; null where there is no more. Throws what ended the worker. */
  async head(): Promise<Chunk | null> {
    for (;;) {
      const [chunk] = this.chunks;
      if (chunk !== undefined) return chunk;
      if (this.ended === "done") return null;
      if (this.ended !== null) throw this.ended.error;
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
    const blocks = lines.flatMap(({ bytes }) => (bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : []));
    this.worker.postMessage(blocks, blocks);
  }

  /** Ends the stream behind the chunks that have come; only the first end counts. */
  fail(error: unknown): void {
    this.close({ error });
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private receive(message: WorkerMessage): void {
    if ("chunk" in message) this.chunks.push(message.chunk);
    else if ("fault" in message) this.close({ error: errorOf(message.fault) });
    else this.close("done");
    this.wake();
  }

  private close(how: { readonly error: unknown } | "done"): void {
    this.ended ??= how;
    this.wake();
  }

  private wake(): void {
    this.notify?.();
    this.notify = null;
  }
}

function errorOf(fault: Fault): Error {
  switch (fault.kind) {
    case "format":
      return new FormatError(fault.file, fault.line, fault.reason);
    case "input":
      return new InputError(fault.message);
    case "other":
      return new Error(fault.message);
  }
}
