import { createHash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { z } from "zod";
import { InputError } from "../core/errors.js";
import { cannotWrite, outputTarget } from "./output-file.js";
import { rawLines } from "./raw-lines.js";

/** What a run was asked for. Rows of a run with other settings are none of this one's. */
export type RunSettings = Readonly<Record<string, unknown>>;

const header = z.object({ gnerRun: z.literal(1), settings: z.record(z.string(), z.unknown()) });
const keyedRow = z.object({ key: z.string(), row: z.unknown() });

/** What becomes of an earlier run's rows: `fresh` refuses them, `resume` goes on from them, `overwrite` drops them. */
export type JournalMode = "fresh" | "resume" | "overwrite";

/** Where a row stands in the file, in bytes, without its line break. */
interface Place {
  readonly offset: number;
  readonly length: number;
  /** Whether an earlier run wrote it. */
  readonly isEarlier: boolean;
}

/** Data on the disk is brought up to date at most so often, in milliseconds. */
const syncInterval = 2000;

/**
 * The finished rows of a run that is not, `<output>.part`: a line with the settings, then a row a line, in the order
 * in which they were finished. Rows are found by a key that is made of what was asked (`contentKey`), so that texts may
 * come and go between two runs. Only ever appended to: a process that is killed loses the line that it was writing.
 */
export class Journal {
  private queue: Promise<unknown> = Promise.resolve();
  private synced = performance.now();

  private constructor(
    /** The journal's own file. */
    readonly path: string,
    private readonly handle: FileHandle,
    private readonly places: Map<string, Place>,
    private size: number,
  ) {}

  /**
   * Opens the journal of an output file; null for an output that is no file, which cannot be resumed. Throws
   * InputError where `fresh` finds an earlier run or `resume` one with other settings (it names them), where a file that is
   * no journal has its name, and where it cannot be written.
   */
  static async open(output: string, settings: RunSettings, mode: JournalMode): Promise<Journal | null> {
    const target = await outputTarget(output);
    if (!target.isFile) {
      if (mode === "resume") throw new InputError(`${output} is no file: there is nothing to resume`);
      return null;
    }
    const path = `${target.path}.part`;
    const fresh = await create(path);
    if (fresh !== null) return Journal.begin(path, fresh, settings);
    const handle = await open(path, "a+").catch((cause) => {
      throw cannotWrite(path, cause);
    });
    try {
      const found = await readRows(handle);
      const before = found.header === null ? {} : checkHeader(path, found.header);
      // A run that was ended before its first row has left nothing to lose.
      if (found.places.size === 0 || mode === "overwrite") return await Journal.begin(path, handle, settings);
      if (mode === "fresh") throw unfinishedRun(path, found.places.size);
      checkSettings(before, path, settings);
      if (found.isTorn) await handle.appendFile("\n");
      return new Journal(path, handle, found.places, found.size + (found.isTorn ? 1 : 0));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  private static async begin(path: string, handle: FileHandle, settings: RunSettings): Promise<Journal> {
    const line = `${JSON.stringify({ gnerRun: 1, settings })}\n`;
    await handle.truncate();
    await handle.appendFile(line);
    return new Journal(path, handle, new Map(), Buffer.byteLength(line));
  }

  /** How many rows there are. */
  get rows(): number {
    return this.places.size;
  }

  /** A row of an earlier run; null where there is none, or this run has added one of that key. */
  async readEarlier(key: string): Promise<unknown> {
    return this.places.get(key)?.isEarlier ? this.read(key) : null;
  }

  /** A row as it was added last, by this run or an earlier one; null where there is none. */
  async read(key: string): Promise<unknown> {
    const place = this.places.get(key);
    if (place === undefined) return null;
    const { buffer } = await this.handle.read(Buffer.alloc(place.length), 0, place.length, place.offset);
    const found = parseRow(buffer.toString("utf8"));
    if (found === null || found.key !== key) {
      throw new InputError(`${this.path} was changed by another process: is a second run at work?`);
    }
    return found.row;
  }

  /** Adds a finished row; one of the same key is forgotten. It outlives the process as soon as this returns. */
  add(key: string, row: unknown): Promise<void> {
    const line = Buffer.from(`${JSON.stringify({ key, row })}\n`);
    const added = this.queue.then(async () => {
      await this.handle.appendFile(line).catch((cause) => {
        throw cannotWrite(this.path, cause);
      });
      this.places.set(key, { offset: this.size, length: line.length - 1, isEarlier: false });
      this.size += line.length;
      if (performance.now() - this.synced < syncInterval) return;
      await this.handle.datasync();
      this.synced = performance.now();
    });
    // Whoever adds the next row must not fail for this one.
    this.queue = added.catch(() => {});
    return added;
  }

  /** Ends without the output: the rows stay. Gives whether there are any; without any the file goes. */
  async keep(): Promise<boolean> {
    await this.queue;
    await this.handle.close();
    if (this.places.size > 0) return true;
    await rm(this.path, { force: true });
    return false;
  }

  /** Ends when the output is written: the file goes. */
  async remove(): Promise<void> {
    await this.queue;
    await this.handle.close();
    await rm(this.path, { force: true });
  }
}

/** The key of what was asked for: equal for equal parts, in order. */
export function contentKey(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 27);
}

/** Null where the file is there already. */
async function create(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "ax+");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return null;
    throw cannotWrite(path, cause);
  }
}

interface FoundRows {
  /** The first line; null in an empty file. */
  readonly header: string | null;
  readonly places: Map<string, Place>;
  /** In bytes. */
  readonly size: number;
  /** Whether the last line has no end. */
  readonly isTorn: boolean;
}

async function readRows(handle: FileHandle): Promise<FoundRows> {
  const places = new Map<string, Place>();
  let first: string | null = null;
  let size = 0;
  let isTorn = false;
  for await (const { bytes, ends } of rawLines(chunks(handle))) {
    const line = bytes.toString("utf8");
    const found = first === null ? null : parseRow(line);
    first ??= line;
    // What a killed process had not written to its end is no row.
    if (found !== null && ends)
      places.set(found.key, { offset: size, length: bytes.length, isEarlier: true });
    isTorn = !ends;
    size += bytes.length + (ends ? 1 : 0);
  }
  return { header: first, places, size, isTorn };
}

function checkHeader(path: string, line: string): RunSettings {
  const found = header.safeParse(parseJson(line));
  if (found.success) return found.data.settings;
  throw new InputError(`${path} is in the way: it is no unfinished run of gner; move it elsewhere`);
}

function unfinishedRun(path: string, rows: number): InputError {
  return new InputError(
    `${path} holds ${rows} finished rows of an earlier run: go on with --resume, or begin anew with --overwrite`,
  );
}

function checkSettings(before: RunSettings, path: string, settings: RunSettings): void {
  const names = new Set([...Object.keys(before), ...Object.keys(settings)]);
  const changed = [...names].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(settings[name]),
  );
  if (changed.length === 0) return;
  const changes = changed.map((name) => `${name} was ${shown(before[name])}, is ${shown(settings[name])}`);
  throw new InputError(
    `${path} is of a run with other settings (${changes.join("; ")}): give the same ones, or begin anew with --overwrite`,
  );
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "not given";
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function parseRow(line: string): { key: string; row?: unknown } | null {
  return keyedRow.safeParse(parseJson(line)).data ?? null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The bytes of a file from its start on, wherever it was read before. */
async function* chunks(handle: FileHandle): AsyncGenerator<Uint8Array> {
  let position = 0;
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(1 << 16), 0, 1 << 16, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
