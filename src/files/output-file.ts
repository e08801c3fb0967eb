import { once } from "node:events";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { InputError } from "../core/errors.js";

/** Where rows go: a file or standard output. */
export interface Output {
  /** Waits where the reader is slower than the writer. Throws what the file's system says, and the signal's reason. */
  write(text: string, signal?: AbortSignal): Promise<void>;
}

/**
 * Runs `write` on a file that takes its name only when it is whole: until then it has another name that no file has,
 * and is removed where `write` fails. Behind a link, the file that it points to is replaced; what is no file, such as a
 * pipe or a device, is written as it is. Throws InputError where the file cannot be written.
 */
export async function writeOutputFile<T>(path: string, write: (output: Output) => Promise<T>): Promise<T> {
  const { path: target, isFile } = await outputTarget(path);
  // Nobody's file has this name, and if one has, `wx` refuses it.
  const unfinished = isFile ? `${target}.${process.pid}.part` : target;
  const file = await open(unfinished, isFile ? "wx" : "w").catch((cause) => {
    throw cannotWrite(path, cause);
  });
  // A whole file is on the disk before it takes its name: whoever sees the name may remove what it was made from.
  const stream = file.createWriteStream({ flush: isFile });
  const closed = finished(stream);
  // Awaited below; until then a failing disk must not count as an unhandled rejection.
  closed.catch(() => {});
  try {
    const result = await write(streamOutput(stream));
    stream.end();
    await closed;
    if (isFile) await rename(unfinished, target);
    return result;
  } catch (cause) {
    stream.destroy();
    if (isFile) await rm(unfinished, { force: true });
    throw hasCode(cause) ? cannotWrite(path, cause) : cause;
  }
}

/** Rows for a stream that stays open, such as standard output. */
export function streamOutput(stream: Writable): Output {
  return {
    async write(text, signal) {
      signal?.throwIfAborted();
      // A stream that failed takes rows without a word.
      if (stream.errored) throw stream.errored;
      if (!stream.write(text)) await once(stream, "drain", signal === undefined ? {} : { signal });
    },
  };
}

/** What a path names: behind links, and whether it is a file, or can become one, rather than a pipe or a device. */
export async function outputTarget(path: string): Promise<{ path: string; isFile: boolean }> {
  const held = await stat(path).catch(() => null);
  if (held?.isDirectory()) throw new InputError(`${path} cannot be written: it is a folder`);
  return { path: held === null ? path : await realpath(path), isFile: held === null || held.isFile() };
}

/** The error for a file that cannot be written, with what the system said. */
export function cannotWrite(path: string, cause: unknown): InputError {
  const reason = hasCode(cause) ? cause.code : cause instanceof Error ? cause.message : String(cause);
  return new InputError(`${path} cannot be written (${reason})`, { cause });
}

function hasCode(cause: unknown): cause is Error & { code: string } {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string";
}
