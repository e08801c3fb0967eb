import { createReadStream } from "node:fs";
import { addAbortSignal } from "node:stream";
import { FormatError, InputError } from "../core/errors.js";
import { decodeUtf8 } from "../core/utf8.js";
import { rawLines } from "../files/raw-lines.js";

/** A line of a JSONL file: its parsed value, or what is wrong with it. Lines count from 1. */
export type JsonlLine =
  | { readonly line: number; readonly value: unknown }
  | { readonly line: number; readonly error: FormatError };

/**
 * The lines of a JSONL file or of standard input (`-`), streamed; blank lines are passed over. A line that is not
 * UTF-8 or not JSON is an error of its own and does not stop the others. Throws InputError for an unreadable file.
 */
export async function* readJsonl(file: string, signal: AbortSignal): AsyncGenerator<JsonlLine> {
  const name = file === "-" ? "standard input" : file;
  let line = 0;
  for await (const bytes of linesOf(file, signal)) {
    line++;
    const parsed = parseLine(bytes, name, line);
    if (parsed !== null) yield parsed;
  }
}

function parseLine(bytes: Buffer, name: string, line: number): JsonlLine | null {
  const read = decodeLine(bytes, name, line);
  if ("error" in read) return read;
  if (read.text.trim() === "") return null;
  try {
    return { line, value: JSON.parse(read.text) };
  } catch (cause) {
    return { line, error: new FormatError(name, line, "not JSON", { cause }) };
  }
}

/** A line of a text file, without its line break, or what is wrong with it. Lines count from 1. */
export type TextLine =
  | { readonly line: number; readonly text: string }
  | { readonly line: number; readonly error: FormatError };

/** The lines of a text file or of standard input (`-`), as `readJsonl` gives those of JSONL, blank ones included. */
export async function* readTextLines(file: string, signal: AbortSignal): AsyncGenerator<TextLine> {
  const name = file === "-" ? "standard input" : file;
  let line = 0;
  for await (const bytes of linesOf(file, signal)) yield decodeLine(bytes, name, ++line);
}

function decodeLine(bytes: Buffer, name: string, line: number): TextLine {
  try {
    // Only the first line of a file may begin with an encoding mark.
    return { line, text: decodeUtf8(bytes, name, line).replace(/\r$/, "") };
  } catch (cause) {
    return {
      line,
      error: new FormatError(name, line, "not UTF-8: convert the file to UTF-8 first", { cause }),
    };
  }
}

async function* linesOf(file: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const stream = addAbortSignal(signal, file === "-" ? process.stdin : createReadStream(file));
  try {
    for await (const { bytes } of rawLines(stream)) yield bytes;
  } catch (cause) {
    signal.throwIfAborted();
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new InputError(`${file} cannot be read (${code})`, { cause });
  }
}
