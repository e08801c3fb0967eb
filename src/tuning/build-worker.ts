import { parentPort, workerData } from "node:worker_threads";
import { FormatError, InputError } from "../core/errors.js";
import type { Chunk, ChunkPlace, Share } from "./chunks.js";
import { makeChunks } from "./chunks.js";
import type { SetFiles } from "./open-set.js";
import { openFiles } from "./open-set.js";
import { BlockPool } from "./output/line-buffer.js";
import type { Plan } from "./plan.js";

/** What a worker thread is to do. */
export interface WorkerTask {
  /** With the labels of each set. */
  readonly plan: Plan;
  /** Of each set. */
  readonly files: readonly SetFiles[];
  readonly share: Share;
  readonly after: ChunkPlace | null;
  /** How many chunks it may send before the first of them is given back. */
  readonly ahead: number;
}

/** What a worker thread sends: its chunks in order, then that it is done or why it cannot go on. */
export type WorkerMessage = { readonly chunk: Chunk } | { readonly fault: Fault } | { readonly isDone: true };

/** An error that another thread is to throw; classes do not survive the way. */
export type Fault =
  | { readonly kind: "format"; readonly file: string; readonly line: number; readonly reason: string }
  | { readonly kind: "input" | "other"; readonly message: string };

/** The thread that started this one gives each chunk back when it is written. */
class Credit {
  private waiting: (() => void) | null = null;

  constructor(private left: number) {}

  give(): void {
    this.left++;
    this.waiting?.();
    this.waiting = null;
  }

  async take(): Promise<void> {
    if (this.left === 0) {
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
      });
    }
    this.left--;
  }
}

if (parentPort !== null) {
  const port = parentPort;
  const task: WorkerTask = workerData;
  const credit = new Credit(task.ahead);
  const blocks = new BlockPool();
  port.on("message", (given: readonly ArrayBuffer[]) => {
    for (const block of given) blocks.give(new Uint8Array(block));
    credit.give();
  });
  const send = (message: WorkerMessage, moved: ArrayBuffer[] = []) => port.postMessage(message, moved);
  try {
    for await (const chunk of chunksOf(task, blocks)) {
      await credit.take();
      // Rows are moved, not copied.
      send(
        { chunk },
        chunk.lines.flatMap(({ bytes }) => (bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : [])),
      );
    }
    send({ isDone: true });
  } catch (error) {
    send({ fault: faultOf(error) });
  } finally {
    port.close();
  }
}

async function* chunksOf(
  { plan, files, share, after }: WorkerTask,
  blocks: BlockPool,
): AsyncGenerator<Chunk> {
  const sets = [];
  for (const [i, set] of plan.sets.entries()) {
    sets.push(await openFiles(plan, set, files[i] ?? new Map(), undefined));
  }
  yield* makeChunks(plan, sets, share, after, blocks);
}

function faultOf(error: unknown): Fault {
  if (error instanceof FormatError) {
    const { file, line, reason } = error;
    return { kind: "format", file, line, reason };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { kind: error instanceof InputError ? "input" : "other", message };
}
