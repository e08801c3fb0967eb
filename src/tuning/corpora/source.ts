import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { FormatError, InputError } from "../../core/errors.js";

/** Opens a corpus file. Throws InputError that names it where that fails. */
export async function openSource(file: string): Promise<FileHandle> {
  try {
    return await open(file);
  } catch (cause) {
    throw sourceError(file, cause);
  }
}

/** SHA-256 of a file's bytes, in hex. Throws InputError for a file that cannot be read. */
export async function sourceSha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  const handle = await openSource(file);
  try {
    for await (const chunk of handle.createReadStream()) hash.update(chunk);
  } catch (cause) {
    throw sourceError(file, cause);
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
