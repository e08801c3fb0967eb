/**
 * The four kinds of error that gner throws on purpose. Callers tell them apart by class (`instanceof`):
 * the command line turns them into exit codes, a server into HTTP states.
 */

/** The caller's fault: an argument, a text, a label set. Exit code 2, HTTP 4xx. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** A file that is not what its format says. `file` and 1-based `line` say where. Exit code 2. */
export class FormatError extends Error {
  override readonly name = "FormatError";

  constructor(
    readonly file: string,
    /** 1-based; 0 where the fault is of the file as a whole. */
    readonly line: number,
    /** The message without its place. */
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(line > 0 ? `${file}:${line}: ${reason}` : `${file}: ${reason}`, options);
  }
}

/** Runs work on what stands at a line of a file: an InputError that it throws becomes a FormatError of that place. */
export function atPlace<Result>(file: string, line: number, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof InputError) throw new FormatError(file, line, cause.message, { cause });
    throw cause;
  }
}

/** A remote generator failed. `retryable` says whether the same call may go through later. Exit code 1. */
export class BackendError extends Error {
  override readonly name = "BackendError";

  constructor(
    message: string,
    readonly retryable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A model folder or its run-time failed: missing or damaged files, graphs that break their contract. Exit code 1. */
export class ModelError extends Error {
  override readonly name = "ModelError";
}

/** A short, printable excerpt of user text for messages: at most 40 characters, control characters escaped. */
export function excerpt(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  return JSON.stringify(short);
}
