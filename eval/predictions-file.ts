import { type FileHandle, open, realpath, rename, rm, stat } from "node:fs/promises";
import { InputError } from "../src/core/errors.js";
import type { PredictionRow } from "./predictions.js";

/**
 * A JSONL file of predictions. A file takes its name only when all rows are in it; until then it is `<path>.part`.
 * What is no regular file, such as a pipe, is written as it is.
 */
export class PredictionsFile {
  private rows = 0;

  private constructor(
    private readonly path: string,
    private readonly writtenPath: string,
    private readonly handle: FileHandle,
  ) {}

  /** Throws InputError where the file cannot be written. */
  static async open(path: string): Promise<PredictionsFile> {
    try {
      const held = await stat(path).catch(() => null);
      if (held?.isDirectory()) throw new Error("it is a folder");
      // Behind a link, the file that it points to is replaced, not the link.
      const target = held === null ? path : await realpath(path);
      const writtenPath = held === null || held.isFile() ? `${target}.part` : path;
      return new PredictionsFile(target, writtenPath, await open(writtenPath, "w"));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new InputError(`cannot write ${path}: ${reason}`, { cause });
    }
  }

  async append(rows: readonly PredictionRow[]): Promise<void> {
    await this.handle.appendFile(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    this.rows += rows.length;
  }

  /** Gives the file its name. */
  async finish(): Promise<void> {
    await this.handle.close();
    if (this.isPart) await rename(this.writtenPath, this.path);
  }

  /** Ends without all rows. Gives where those are that were written, or null, with no file left, if there are none. */
  async abandon(): Promise<string | null> {
    await this.handle.close();
    if (this.rows > 0) return this.writtenPath;
    if (this.isPart) await rm(this.writtenPath, { force: true });
    return null;
  }

  private get isPart(): boolean {
    return this.writtenPath !== this.path;
  }
}
