import { createHash } from "node:crypto";
import { readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { FormatError, InputError } from "../../core/errors.js";

/** Opens a corpus file. Throws InputError that names it where that fails. */
export async function openSource(file: string): Promise<FileHandle> {
  try {
    return await open(file);
  } catch (cause) {
    throw sourceError(file, cause);
  }
}

/**
 * SHA-256 in hex: of a file's bytes, or, for a folder, of the names and hashes of its files in code unit order. Throws
 * InputError for what cannot be read.
 */
export async function sourceSha256(path: string): Promise<string> {
  const names = await folderNames(path);
  if (names === null) return hashFile(path);
  const hash = createHash("sha256");
  for (const name of names) hash.update(`${await hashFile(join(path, name))}  ${name}\n`);
  return hash.digest("hex");
}

/** The sorted names of a folder's files; null for what is no folder. */
async function folderNames(path: string): Promise<string[] | null> {
  try {
    if (!(await stat(path)).isDirectory()) return null;
    const entries = await readdir(path, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (cause) {
    throw sourceError(path, cause);
  }
}

const hashedAtOnce = 1 << 20;

async function hashFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of reusedBytes(file, hashedAtOnce)) hash.update(bytes);
  return hash.digest("hex");
}

/** How many reads come one after the other before whatever else waits has its turn. */
const readsInTurn = 16;

/**
 * The bytes of a file that is not packed, so many at a time, always in the same memory: what is not taken at once is
 * lost. The thread reads them itself: to hand a read to another one and to wait for it takes longer than the read.
 */
export async function* reusedBytes(file: string, size: number): AsyncGenerator<Buffer> {
  const handle = await openSource(file);
  try {
    const buffer = Buffer.allocUnsafe(size);
    for (let reads = 1; ; reads++) {
      const count = readSync(handle.fd, buffer, 0, size, null);
      if (count === 0) return;
      yield buffer.subarray(0, count);
      if (reads % readsInTurn === 0) await setImmediate();
    }
  } catch (cause) {
    throw sourceError(file, cause);
  } finally {
    await handle.close();
  }
}

/** What a failure to read a corpus file means to the user; an error that is not the system's stays as it is. */
export function sourceError(file: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !("code" in cause)) return cause;
  const code = String(cause.code);
  if (code === "ENOENT") return new InputError(`no such file: ${file}`, { cause });
  if (code.startsWith("Z_"))
    return new FormatError(file, 0, `not a whole gzip file: ${cause.message}`, { cause });
  return new InputError(`cannot read ${file}: ${cause.message}`, { cause });
}
