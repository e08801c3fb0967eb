import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { HashAnswer, HashOrder } from "./hash-worker.js";

/** Below that, a thread takes longer to start than it saves. */
const leastBytes = 1 << 22;

/** A thread that hashes while others go on. */
export class HashThread {
  private readonly worker: Worker;
  private readonly waiting: PromiseWithResolvers<HashAnswer>[] = [];
  private streams = 0;
  private failure: unknown = null;

  private constructor() {
    const here = fileURLToPath(import.meta.url);
    this.worker = new Worker(new URL(`./hash-worker${extname(here)}`, import.meta.url));
    this.worker.on("message", (answer: HashAnswer) => this.waiting.shift()?.resolve(answer));
    this.worker.on("error", (error) => this.fail(error));
    this.worker.on("exit", () =>
      this.fail(new Error("the thread that hashes ended before its work was done")),
    );
  }

  /**
   * A thread for a build from so many bytes by so many threads; null where it would not be worth it, has no core, or might
   * not have the address space that a thread takes: where that is missing, the process ends at once.
   */
  static forBuild(sourceBytes: number, threads: number): HashThread | null {
    const isWorthIt = sourceBytes >= leastBytes && availableParallelism() > threads;
    return isWorthIt && !isAddressSpaceLimited() ? new HashThread() : null;
  }

  /** SHA-256 in hex of a file; null where it cannot be read. */
  ofFile(file: string): Promise<string | null> {
    return this.ask({ file });
  }

  /**
   * Starts a stream of bytes: what it returns gives SHA-256 in hex of all bytes so far. Bytes that threads do not share are
   * copied.
   */
  stream(): (bytes: Uint8Array) => Promise<string> {
    const stream = this.streams++;
    return async (bytes) => {
      const hash = await this.ask({ stream, bytes });
      if (hash === null) throw new Error("the thread that hashes lost a stream");
      return hash;
    };
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }

  private ask(order: HashOrder): Promise<HashAnswer> {
    const answer = Promise.withResolvers<HashAnswer>();
    if (this.failure !== null) answer.reject(this.failure);
    else {
      this.worker.postMessage(order);
      this.waiting.push(answer);
    }
    return answer.promise;
  }

  private fail(error: unknown): void {
    this.failure ??= error;
    for (const answer of this.waiting.splice(0)) answer.reject(this.failure);
  }
}

/** Only Linux says so; elsewhere such limits are rare. */
function isAddressSpaceLimited(): boolean {
  try {
    return !/^Max address space +unlimited/m.test(readFileSync("/proc/self/limits", "utf8"));
  } catch {
    return false;
  }
}
