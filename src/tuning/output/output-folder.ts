import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../core/errors.js";
import { FolderLock } from "./folder-lock.js";
import type { ChunkEntry, Left, Origin, Publication } from "./journal.js";
import { Journal, journalName, readJournal, removeJournal } from "./journal.js";
import { isOutputFile, isPartialFile } from "./shards.js";
import { writeError } from "./write-error.js";

const manifestName = "manifest.json";
const partialManifest = `${manifestName}.partial`;

/** What a build does with what a folder holds. `fresh`: InputError where there is anything of a build. */
export type FolderMode = "fresh" | "resume" | "overwrite";

/**
 * The folder that a data set is built into. Files have temporary names and are renamed together by `publish`, the
 * manifest last: a folder with a manifest holds all that the manifest says. One build at a time has the folder, until
 * `publish`, `keep` or `discard`.
 */
export class OutputFolder {
  private journal: Journal | null = null;
  private left: Left | null = null;
  private isPublishing = false;

  private constructor(
    readonly path: string,
    private readonly mode: FolderMode,
    private readonly lock: FolderLock,
  ) {}

  /**
   * Makes the folder where needed. Throws InputError where another build is writing into it, where the mode does not
   * allow for what it holds, and where it cannot be made.
   */
  static async open(path: string, mode: FolderMode): Promise<OutputFolder> {
    try {
      await mkdir(path, { recursive: true });
    } catch (cause) {
      throw new InputError(`cannot make the output folder ${path}`, { cause });
    }
    const folder = new OutputFolder(path, mode, await FolderLock.acquire(path));
    try {
      await folder.look();
      return folder;
    } catch (error) {
      await folder.lock.release();
      throw error;
    }
  }

  /** Removes what a build left that broke off, where it is to be overwritten; refuses what the mode does not allow for. */
  private async look(): Promise<void> {
    const names = await readdir(this.path);
    const broken = names.find((name) => name === journalName || isPartialFile(name));
    const held = heldName(names);
    if (this.mode === "overwrite") {
      await this.clear();
    } else if (this.mode === "resume") {
      this.left = await readJournal(this.path);
      if (this.left === null && broken !== undefined) {
        throw new InputError(
          `${this.path} holds ${broken} of an unknown build: overwrite the folder to start anew`,
        );
      }
    } else if (broken !== undefined) {
      throw new InputError(
        `a build broke off in ${this.path}: go on with it (--resume) or start anew (--overwrite)`,
      );
    } else if (held !== undefined) {
      throw new InputError(
        `${this.path} already holds ${held}: name another folder, or overwrite it (--overwrite)`,
      );
    }
  }

  /**
   * The manifest of a data set that stands in a folder to be resumed, whole or with only its names left to give; null
   * where there is something left to build. Throws InputError for a data set of another plan or other sources.
   */
  async finish(origin: Origin, fingerprint: string): Promise<string | null> {
    if (this.mode !== "resume") return null;
    if (this.left !== null) {
      refuseOther(this.path, this.left.origin, origin);
      return this.left.publication === null ? null : this.giveNames(this.left.publication);
    }
    const held = heldName(await readdir(this.path));
    if (held === undefined) return null;
    const manifest = await readFile(this.file(manifestName), "utf8").catch(() => "null");
    const known = z.object({ fingerprint: z.string() }).safeParse(parseJson(manifest)).data;
    if (known?.fingerprint !== fingerprint) {
      throw new InputError(
        `${this.path} already holds ${held}, which is not of this plan and its sources: name another folder, or ` +
          "overwrite it (--overwrite)",
      );
    }
    await this.lock.release();
    return manifest;
  }

  /** Begins, or goes on behind the chunks that an earlier build of the same wrote; gives those. */
  async begin(origin: Origin): Promise<readonly ChunkEntry[]> {
    if (this.left === null) {
      this.journal = await Journal.start(this.path, origin, this.mode === "overwrite");
      return [];
    }
    this.journal = await Journal.goOn(this.path);
    return this.left.chunks;
  }

  /** The path of a file in the folder. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** Notes that a chunk's rows are written. */
  addChunk(entry: ChunkEntry): void {
    this.journal?.addChunk(entry);
  }

  /** Gives all closed files their names, and removes those of an overwritten data set that this one lacks. */
  async publish(manifest: object, renames: Publication["renames"]): Promise<void> {
    await this.write(partialManifest, `${JSON.stringify(manifest, null, 2)}\n`);
    const kept = new Set(renames.map(({ to }) => to));
    const removals = (await readdir(this.path)).filter((name) => isOutputFile(name) && !kept.has(name));
    const publication = { renames, removals: this.mayReplace ? removals : [] };
    await this.journal?.addPublication(publication);
    await this.giveNames(publication);
  }

  private get mayReplace(): boolean {
    return this.mode === "overwrite" || this.left?.overwrite === true;
  }

  /**
   * May be broken off and done again at any point. An old manifest goes first: it must never stand beside files that it
   * does not describe.
   */
  private async giveNames({ renames, removals }: Publication): Promise<string> {
    this.isPublishing = true;
    if (existsSync(this.file(partialManifest))) {
      await rm(this.file(manifestName), { force: true });
      for (const name of removals) await rm(this.file(name), { force: true });
      for (const { from, to } of renames) {
        if (existsSync(this.file(from))) await rename(this.file(from), this.file(to));
      }
      await rename(this.file(partialManifest), this.file(manifestName));
    }
    await this.journal?.close();
    await removeJournal(this.path);
    await this.lock.release();
    return readFile(this.file(manifestName), "utf8");
  }

  private async write(name: string, text: string): Promise<void> {
    try {
      const handle = await open(this.file(name), "w");
      await handle.writeFile(text);
      await handle.sync();
      await handle.close();
    } catch (cause) {
      throw writeError(this.file(name), cause);
    }
  }

  /** Lets go of the folder and leaves what is written, to be resumed. */
  async keep(): Promise<void> {
    await this.journal?.close();
    await this.lock.release();
  }

  /**
   * Removes everything that was written under temporary names, and lets go of the folder. What an earlier build wrote
   * stays, and so does what broke off when files were getting their names.
   */
  async discard(): Promise<void> {
    if (this.mode === "resume" || this.isPublishing) return this.keep();
    await this.journal?.close();
    await this.clear();
    await this.lock.release();
  }

  private async clear(): Promise<void> {
    await removeJournal(this.path);
    for (const name of await readdir(this.path)) {
      if (isPartialFile(name) || name === partialManifest) await rm(this.file(name));
    }
  }
}

/** What of a data set stands among these files: best the manifest. */
function heldName(names: readonly string[]): string | undefined {
  return names.find((name) => name === manifestName) ?? names.find(isOutputFile);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Names what is not as it was. */
function refuseOther(path: string, before: Origin, now: Origin): void {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  const changed = [...names].filter((name) => before[name] !== now[name]);
  if (changed.length === 0) return;
  throw new InputError(
    `the build that broke off in ${path} cannot go on, for something has changed since: ${changed.join(", ")}; ` +
      "put it back, or start anew (--overwrite)",
  );
}
