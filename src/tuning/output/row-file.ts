import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { FormatError } from "../../core/errors.js";
import type { HashThread } from "../hash-thread.js";
import { writeError } from "./write-error.js";

/** How far a file of rows is written. */
export interface FileState {
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of the bytes so far, in hex. */
  readonly sha256: string;
}

const blockSize = 1 << 20;
const syncedAtOnce = 1 << 26;

/** Takes more bytes; gives SHA-256 in hex of all so far. */
type HashSoFar = (bytes: Uint8Array) => Promise<string>;

function ownHash(): HashSoFar {
  const hash = createHash("sha256");
  return async (bytes) => hash.update(bytes).copy().digest("hex");
}

/** A file that rows are appended to, with the hash of all that it holds. It has a name of its own until it is whole. */
export class RowFile {
  private rows = 0;
  private bytes = 0;
  private sha256 = createHash("sha256").digest("hex");
  private syncedBytes = 0;
  private syncing: Promise<void> | null = null;

  private readonly hashSoFar: HashSoFar;

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
    private readonly hashing: HashThread | null,
  ) {
    this.hashSoFar = hashing?.stream() ?? ownHash();
  }

  /**
   * Starts an empty file. Throws InputError where it cannot be made.
   *
   * @param hashing another thread that hashes while a third one writes; null where the calling thread does both, which
   * takes less time in all.
   */
  static async create(path: string, hashing: HashThread | null): Promise<RowFile> {
    try {
      return new RowFile(path, await open(path, "w"), hashing);
    } catch (cause) {
      throw writeError(path, cause);
    }
  }

  /**
   * Goes on with a file behind a state that it had; what was written after that is cut off. Throws FormatError where
   * the file never was in that state.
   */
  static async resume(path: string, state: FileState, hashing: HashThread | null): Promise<RowFile> {
    const handle = await open(path, "r+").catch((cause: unknown) => {
      throw writeError(path, cause);
    });
    try {
      const file = new RowFile(path, handle, hashing);
      const block = Buffer.alloc(blockSize);
      let done = 0;
      while (done < state.bytes) {
        const { bytesRead } = await handle.read(block, 0, Math.min(blockSize, state.bytes - done), done);
        if (bytesRead === 0) break;
        file.sha256 = await file.hashSoFar(block.subarray(0, bytesRead));
        done += bytesRead;
      }
      if (file.sha256 !== state.sha256) {
        throw new FormatError(path, 0, "it is not as the build left it: overwrite the folder to start anew");
      }
      await handle.truncate(state.bytes);
      file.rows = state.rows;
      file.bytes = state.bytes;
      return file;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get state(): FileState {
    return { rows: this.rows, bytes: this.bytes, sha256: this.sha256 };
  }

  /** Appends packed bytes that hold so many rows. Throws InputError where the disk does not take them. */
  async append(packed: Uint8Array, rows: number): Promise<void> {
    const written = this.write(packed).catch((cause: unknown) => {
      throw writeError(this.path, cause);
    });
    const [sha256] = await Promise.all([this.hashSoFar(packed), written]);
    this.sha256 = sha256;
    this.bytes += packed.length;
    this.rows += rows;
    if (this.bytes - this.syncedBytes >= syncedAtOnce && this.syncing === null) this.startSync();
  }

  /** Has the disk take what is written, while more is made: at the end there would be a long wait for all of it. */
  private startSync(): void {
    const { bytes } = this;
    const syncing = this.handle.datasync().then(() => {
      this.syncedBytes = bytes;
      this.syncing = null;
    });
    // An error stays, for `close`; until then it is no unhandled rejection.
    syncing.catch(() => {});
    this.syncing = syncing;
  }

  private async write(packed: Uint8Array): Promise<void> {
    const { handle, bytes: start } = this;
    let written = 0;
    while (written < packed.length) {
      const [left, place] = [packed.length - written, start + written];
      if (this.hashing === null) written += writeSync(handle.fd, packed, written, left, place);
      else written += (await handle.write(packed, written, left, place)).bytesWritten;
    }
  }

  /** Sees to it that all is on the disk. */
  async close(): Promise<FileState> {
    try {
      await this.syncing;
      await this.handle.sync();
      await this.handle.close();
    } catch (cause) {
      throw writeError(this.path, cause);
    }
    return this.state;
  }

  async abandon(): Promise<void> {
    await this.syncing?.catch(() => {});
    await this.handle.close().catch(() => {});
  }
}
