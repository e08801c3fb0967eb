import { InputError } from "../../core/errors.js";

/** What the system says when nothing more can be written, in words. */
const full: ReadonlyMap<string, string> = new Map([
  ["ENOSPC", "the disk is full"],
  ["EDQUOT", "the disk quota is used up"],
  ["EFBIG", "the file would be larger than the system allows"],
]);

/**
 * What a failure to write a file means to the user; an error that is not the system's stays as it is. A full disk keeps
 * what is written, so that the build can go on when there is room.
 */
export function writeError(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !("code" in cause)) return cause;
  const reason = full.get(String(cause.code));
  if (reason === undefined) return new InputError(`cannot write ${path}: ${cause.message}`, { cause });
  return new DiskFullError(`cannot write ${path}: ${reason}; make room, then resume the build`, { cause });
}

/** Nothing more can be written for now. What is written stays, to be resumed. */
export class DiskFullError extends InputError {}
