import type { Hash } from "node:crypto";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../core/errors.js";
import { FolderLock } from "./folder-lock.js";
import { splits } from "./plan.js";

const manifestName = "manifest.json";

/** The file of a split in an output folder. */
export const splitFile = (split: string) => `${split}.jsonl`;

/** Rows are gathered up to about this many characters before they are written. */
const bufferedCharacters = 1 << 18;

/** A JSONL file that takes its name only when everything is written. */
export class JsonlFile {
  private readonly hash: Hash = createHash("sha256");
  private pending: string[] = [];
  private pendingLength = 0;

  constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** Adds a row as one line. */
  async write(row: object): Promise<void> {
    const line = JSON.stringify(row);
    this.pending.push(line, "\n");
    this.pendingLength += line.length + 1;
    if (this.pendingLength >= bufferedCharacters) await this.flush();
  }

  /** Writes what is left, to the disk. Gives the SHA-256 of the whole file in hex. */
  async close(): Promise<string> {
    await this.flush();
    await this.handle.sync();
    await this.handle.close();
    return this.hash.digest("hex");
  }

  private async flush(): Promise<void> {
    const bytes = Buffer.from(this.pending.join(""), "utf8");
    this.pending = [];
    this.pendingLength = 0;
    this.hash.update(bytes);
    await this.handle.appendFile(bytes);
  }

  async abandon(): Promise<void> {
    await this.handle.close().catch(() => {});
  }
}

/**
 * The folder that a data set is built into. Files are written under temporary names and renamed together by
 * `publish`, the manifest last: a folder with a manifest holds all that the manifest says. One build at a time has
 * the folder, until `publish` or `discard`.
 */
export class OutputFolder {
  private readonly files = new Map<string, JsonlFile>();

  private constructor(
    private readonly folder: string,
    private readonly overwrite: boolean,
    private readonly lock: FolderLock,
  ) {}

  /**
   * Makes the folder where needed. Throws InputError where another build is writing into it, where it holds a built
   * data set and `overwrite` is false, and where it cannot be made.
   */
  static async open(folder: string, overwrite: boolean): Promise<OutputFolder> {
    try {
      await mkdir(folder, { recursive: true });
    } catch (cause) {
      throw new InputError(`cannot make the output folder ${folder}`, { cause });
    }
    const lock = await FolderLock.acquire(folder);
    const held = [manifestName, ...splits.map(splitFile)].find((name) => existsSync(join(folder, name)));
    if (held !== undefined && !overwrite) {
      await lock.release();
      throw new InputError(`${folder} already holds ${held}: name another folder, or overwrite it`);
    }
    return new OutputFolder(folder, overwrite, lock);
  }

  /** Starts a file. Throws InputError where it cannot be made, or where a build that broke off left one. */
  async create(name: string): Promise<JsonlFile> {
    const path = partial(join(this.folder, name));
    try {
      const file = new JsonlFile(path, await open(path, this.overwrite ? "w" : "wx"));
      this.files.set(name, file);
      return file;
    } catch (cause) {
      throw new InputError(`cannot write ${path}: if a build broke off there, overwrite the folder`, {
        cause,
      });
    }
  }

  /** Gives all closed files their names, and removes splits of an overwritten data set that this one lacks. */
  async publish(manifest: object): Promise<void> {
    const manifestPath = join(this.folder, manifestName);
    const manifestHandle = await open(partial(manifestPath), "w");
    await manifestHandle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    await manifestHandle.sync();
    await manifestHandle.close();
    if (this.overwrite) await this.removeOld(manifestPath);
    for (const [name, { path }] of this.files) await rename(path, join(this.folder, name));
    await rename(partial(manifestPath), manifestPath);
    await this.lock.release();
  }

  /** Removes everything that was written under temporary names, and lets go of the folder. */
  async discard(): Promise<void> {
    for (const file of this.files.values()) {
      await file.abandon();
      await rm(file.path, { force: true });
    }
    await rm(partial(join(this.folder, manifestName)), { force: true });
    await this.lock.release();
  }

  /** The old manifest goes first: it must never stand beside files that it does not describe. */
  private async removeOld(manifestPath: string): Promise<void> {
    await rm(manifestPath, { force: true });
    for (const name of splits.map(splitFile)) {
      if (!this.files.has(name)) await rm(join(this.folder, name), { force: true });
    }
  }
}

function partial(path: string): string {
  return `${path}.partial`;
}
