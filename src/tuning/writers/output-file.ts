import { once } from "node:events";
import type { FileHandle } from "node:fs/promises";
import { open, rename, rm } from "node:fs/promises";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { InputError } from "../../core/errors.js";

/** Text is gathered up to about this many characters before it is written. */
const bufferedCharacters = 1 << 18;

/**
 * A file that takes its name only when all of it is written; until then it is named `.partial`. One named `.gz` is
 * packed on the way.
 */
export class OutputFile {
  private pending: string[] = [];
  private pendingLength = 0;

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly input: Writable,
    private readonly written: Promise<void>,
  ) {}

  /**
   * Throws InputError where the file cannot be made, or where a `.partial` stands there and is not to be overwritten.
   */
  static async create(path: string, overwrite: boolean): Promise<OutputFile> {
    const handle = await open(partialName(path), overwrite ? "w" : "wx").catch((cause: unknown) => {
      throw writeFault(path, cause);
    });
    const disk = handle.createWriteStream({ flush: true });
    if (!path.endsWith(".gz")) {
      const written = once(disk, "close").then(() => {});
      return new OutputFile(path, handle, disk, quiet(written));
    }
    const gzip = createGzip();
    return new OutputFile(path, handle, gzip, quiet(pipeline(gzip, disk)));
  }

  /** Adds text. Throws InputError for a disk that is full or fails. */
  async write(text: string): Promise<void> {
    this.pending.push(text);
    this.pendingLength += text.length;
    if (this.pendingLength >= bufferedCharacters) await this.flush();
  }

  /** Adds bytes behind all text. */
  async writeBytes(bytes: Uint8Array): Promise<void> {
    await this.flush();
    await this.send(bytes);
  }

  /** Writes what is left, to the disk, and gives the file its name. */
  async publish(): Promise<void> {
    await this.flush();
    this.input.end();
    try {
      await this.written;
      await rename(partialName(this.path), this.path);
    } catch (cause) {
      throw writeFault(this.path, cause);
    }
  }

  /** Removes what was written. */
  async discard(): Promise<void> {
    this.input.destroy();
    await this.handle.close().catch(() => {});
    await rm(partialName(this.path), { force: true });
  }

  private async flush(): Promise<void> {
    if (this.pending.length === 0) return;
    const bytes = Buffer.from(this.pending.join(""), "utf8");
    this.pending = [];
    this.pendingLength = 0;
    await this.send(bytes);
  }

  private async send(bytes: Uint8Array): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.input.write(bytes, (error) => (error ? reject(error) : resolve()));
    try {
      // A disk that fails ends the packing too, and says why only there.
      await Promise.race([promise, this.written]);
    } catch (cause) {
      throw writeFault(
        this.path,
        await this.written.then(
          () => cause,
          (reason: unknown) => reason,
        ),
      );
    }
  }
}

/** The name of what is not whole yet. */
export function partialName(path: string): string {
  return `${path}.partial`;
}

/** What a failure to write means to the user; an error that is not the system's stays as it is. */
export function writeFault(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !("code" in cause)) return cause;
  if (cause.code === "EEXIST") {
    const reason = "another conversion writes it, or one broke off: --overwrite replaces it";
    return new InputError(`${partialName(path)} is there already: ${reason}`, { cause });
  }
  return new InputError(`cannot write ${path}: ${cause.message}`, { cause });
}

/** It is awaited only when the file is whole; a failing disk must not count as an unhandled rejection before. */
function quiet(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}
