import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
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
  const handle = await openSource(file);
  try {
    const block = Buffer.allocUnsafe(hashedAtOnce);
    for (;;) {
      const { bytesRead } = await handle.read(block, 0, hashedAtOnce, null);
      if (bytesRead === 0) break;
      hash.update(block.subarray(0, bytesRead));
    }
  } catch (cause) {
    throw sourceError(file, cause);
  } finally {
    await handle.close();
  }
  return hash.digest("hex");
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
