import { type MessagePort, parentPort } from "node:worker_threads";
import type { Chunk, ChunkPlace, Reached, Share } from "./chunks.js";
import { makeChunks } from "./chunks.js";
import { type Fault, faultOf } from "./fault.js";
import type { OpenedFrom } from "./open-set.js";
import { openedFrom, openFiles, openSet } from "./open-set.js";
import { BlockPool } from "./output/line-buffer.js";
import type { Plan, PlanSet } from "./plan.js";
import { type Preparation, type Prepared, ReceivedPreparation } from "./preparation.js";

/** What a worker thread is to do. */
export interface WorkerTask {
  readonly plan: Plan;
  /** What each of its sets was opened from. */
  readonly opened: readonly OpenedFrom[];
  readonly share: Share;
  readonly after: ChunkPlace | null;
  /** How many chunks it may send before the first of them is given back. */
  readonly ahead: number;
}

/** What a worker thread is told. Its task comes once; blocks come back as chunks are written. */
export type WorkerOrder =
  | { readonly open: { readonly plan: Plan; readonly set: PlanSet } }
  | { readonly task: WorkerTask }
  | { readonly prepared: Prepared }
  | { readonly blocks: readonly Uint8Array[] };

/**
 * What a worker thread sends: of a set that it opened, what others need to open it; of its task, its chunks in order, then
 * that it is done or why it cannot go on.
 */
export type WorkerMessage =
  | { readonly opened: OpenedFrom }
  | { readonly chunk: Chunk }
  /** Where in the build it would stand; null where that does not matter. */
  | { readonly fault: Fault; readonly place: ChunkPlace | null }
  | { readonly isDone: true };

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
  const preparation = new ReceivedPreparation();
  const blocks = new BlockPool();
  let credit: Credit | null = null;
  port.on("message", (order: WorkerOrder) => {
    if ("open" in order) void open(port, order.open);
    else if ("prepared" in order) preparation.receive(order.prepared);
    else if ("blocks" in order) {
      for (const block of order.blocks) blocks.give(block);
      credit?.give();
    } else {
      credit = new Credit(order.task.ahead);
      void work(port, order.task, preparation, blocks, credit);
    }
  });
}

async function open(port: MessagePort, { plan, set }: { plan: Plan; set: PlanSet }): Promise<void> {
  const send = (message: WorkerMessage) => port.postMessage(message);
  try {
    const opened = await openSet(plan, set, undefined);
    send({ opened: openedFrom(opened) });
  } catch (error) {
    send({ fault: faultOf(error), place: null });
  }
}

async function work(
  port: MessagePort,
  task: WorkerTask,
  preparation: Preparation,
  blocks: BlockPool,
  credit: Credit,
): Promise<void> {
  const send = (message: WorkerMessage) => port.postMessage(message);
  const reached: Reached = { place: null };
  try {
    for await (const chunk of chunksOf(task, preparation, blocks, reached)) {
      await credit.take();
      send({ chunk });
    }
    send({ isDone: true });
  } catch (error) {
    send({ fault: faultOf(error), place: reached.place });
  } finally {
    port.close();
  }
}

async function* chunksOf(
  { plan, opened, share, after }: WorkerTask,
  preparation: Preparation,
  blocks: BlockPool,
  reached: Reached,
): AsyncGenerator<Chunk> {
  const sets = plan.sets.flatMap((set, i) => {
    const from = opened[i];
    return from === undefined ? [] : [openFiles(plan, set, from)];
  });
  yield* makeChunks(plan, sets, share, after, preparation, blocks, reached);
}
