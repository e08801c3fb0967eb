import { appendFileSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { FormatError } from "../../core/errors.js";
import { chunkCounts } from "../counts.js";
import { outputNames } from "./shards.js";
import { writeError } from "./write-error.js";

/** The file in an output folder that tells how far a build is. */
export const journalName = ".build.journal";

/** A piece of a file: its size before packing, and the file behind it. */
const writtenPiece = z.object({
  output: z.enum(outputNames),
  shard: z.int().nonnegative(),
  size: z.int().nonnegative(),
  rows: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  sha256: z.string(),
});

/** A chunk whose rows are written: where it stands, what it gave, and how the files were after it. */
const chunkEntry = z.object({
  chunk: z.object({
    unit: z.int().nonnegative(),
    round: z.int().nonnegative(),
    number: z.int().nonnegative(),
  }),
  counts: chunkCounts,
  files: z.array(writtenPiece),
});
export type ChunkEntry = z.infer<typeof chunkEntry>;

/** What is left to do when all files are written: names to give, files of an older data set to remove. */
const publication = z.object({
  renames: z.array(z.object({ from: z.string(), to: z.string() })),
  removals: z.array(z.string()),
});
export type Publication = z.infer<typeof publication>;

/** What a build is of: text by name, such as `seed`. A build may go on only where all of it is as it was. */
const origin = z.record(z.string(), z.string());
export type Origin = z.infer<typeof origin>;

const header = z.object({ origin, overwrite: z.boolean() });

/** What an earlier build left. */
export interface Left {
  readonly origin: Origin;
  /** Whether it may replace a data set that stands in the folder. */
  readonly overwrite: boolean;
  readonly chunks: readonly ChunkEntry[];
  readonly publication: Publication | null;
}

/**
 * The record of a build, one JSON line for each chunk, written when the chunk's rows are. A build that is killed leaves
 * it behind, and another can go on from there. Its last line may be torn and then does not count.
 */
export class Journal {
  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** Starts a record. It appears under its name with its header whole. */
  static async start(folder: string, origin: Origin, overwrite: boolean): Promise<Journal> {
    const path = join(folder, journalName);
    try {
      const handle = await open(`${path}.new`, "w");
      await handle.writeFile(`${JSON.stringify({ origin, overwrite })}\n`);
      await rename(`${path}.new`, path);
      return new Journal(path, handle);
    } catch (cause) {
      throw writeError(path, cause);
    }
  }

  /** Goes on with a record, behind its last whole line. */
  static async goOn(folder: string): Promise<Journal> {
    const path = join(folder, journalName);
    const whole = (await readFile(path)).lastIndexOf(0x0a) + 1;
    const handle = await open(path, "r+");
    await handle.truncate(whole);
    await handle.close();
    return new Journal(path, await open(path, "a"));
  }

  addChunk(entry: ChunkEntry): void {
    this.add(entry);
  }

  async addPublication(publication: Publication): Promise<void> {
    this.add({ publication });
    await this.handle.sync();
  }

  /** At once: a few kilobytes take less time than another thread takes to begin with them. */
  private add(entry: object): void {
    try {
      appendFileSync(this.handle.fd, `${JSON.stringify(entry)}\n`);
    } catch (cause) {
      throw writeError(this.path, cause);
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

/** What an earlier build left in a folder, or null. Throws FormatError for a record that no build wrote. */
export async function readJournal(folder: string): Promise<Left | null> {
  const path = join(folder, journalName);
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  const [first = "", ...rest] = text.split("\n").slice(0, -1);
  try {
    const chunks: ChunkEntry[] = [];
    let last: Publication | null = null;
    for (const line of rest) {
      const value: unknown = JSON.parse(line);
      const published = z.object({ publication }).safeParse(value).data;
      if (published === undefined) chunks.push(chunkEntry.parse(value));
      else last = published.publication;
    }
    return { ...header.parse(JSON.parse(first)), chunks, publication: last };
  } catch (cause) {
    throw new FormatError(path, 0, "not the record of a build: overwrite the folder to start anew", {
      cause,
    });
  }
}

export async function removeJournal(folder: string): Promise<void> {
  await rm(join(folder, `${journalName}.new`), { force: true });
  await rm(join(folder, journalName), { force: true });
}
