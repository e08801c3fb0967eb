import { readFileSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../../core/errors.js";
import { writeError } from "./write-error.js";

/** The file that says that a build is writing into a folder. */
export const lockName = ".build.lock";

/** Who holds a lock, and since when. */
const holder = z.object({ pid: z.int().positive(), host: z.string(), since: z.iso.datetime() });
type Holder = z.infer<typeof holder>;

/** The right to write into a folder, held by one build at a time, in whichever process. */
export class FolderLock {
  private constructor(private readonly path: string) {}

  /**
   * Takes the folder's lock, and one that a process left behind which is gone. Throws InputError where another build
   * holds it: a process of another machine counts as running, for nothing here can tell.
   */
  static async acquire(folder: string): Promise<FolderLock> {
    const path = join(folder, lockName);
    if (await create(path)) return new FolderLock(path);
    const held = await readFile(path, "utf8").catch(() => "");
    const found = parseHolder(held);
    if (found !== null && isGone(found)) {
      await removeStale(path, held);
      if (await create(path)) return new FolderLock(path);
    }
    const who = found === null ? "" : ` (process ${found.pid} on ${found.host}, since ${found.since})`;
    throw new InputError(
      `another build${who} is writing into ${folder}: wait for it or name another folder; ` +
        `if none is at work, remove ${path}`,
    );
  }

  async release(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

/** False where the file is there already. */
async function create(path: string): Promise<boolean> {
  let handle: FileHandle;
  try {
    handle = await open(path, "wx");
  } catch (cause) {
    if (hasCode(cause, "EEXIST")) return false;
    throw writeError(path, cause);
  }
  try {
    const own: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
    await handle.writeFile(`${JSON.stringify(own)}\n`).finally(() => handle.close());
    return true;
  } catch (cause) {
    // A lock without a holder would never be taken back.
    await rm(path, { force: true });
    throw writeError(path, cause);
  }
}

/** Null for what is no lock, or one that its process has not written yet. */
function parseHolder(text: string): Holder | null {
  try {
    return holder.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function isGone({ pid, host, since }: Holder): boolean {
  if (host !== hostname()) return false;
  // Numbers of processes come again: a lock older than this very process is not its own.
  if (pid === process.pid) return Date.parse(since) < performance.timeOrigin;
  try {
    process.kill(pid, 0);
    return isZombie(pid);
  } catch (error) {
    return hasCode(error, "ESRCH");
  }
}

/** A killed process that whoever started it has not taken leave of yet; told on Linux only. */
function isZombie(pid: number): boolean {
  try {
    return /^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/**
 * Of several builds that find the same stale lock, each may come here after another has taken the lock anew. Moving
 * the file aside before it is looked at lets a fresh one be put back.
 */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  if ((await readFile(aside, "utf8")) === stale) await rm(aside);
  else await rename(aside, path);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
