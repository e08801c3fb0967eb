import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { decodeUtf8 } from "../../core/utf8.js";
import { openSource, sourceError } from "./source.js";

/** Consecutive lines of a file, without their line ends. `first` is the 1-based number of the first of them. */
export interface LineBlock {
  readonly first: number;
  readonly lines: readonly string[];
}

const newline = 0x0a;

/**
 * The lines of a UTF-8 text file, streamed; a file named `.gz` is unpacked on the way. Line ends are LF or CRLF, a
 * byte order mark at the start is left out. Throws InputError for a file that cannot be opened, and FormatError for
 * one that is not UTF-8 (with its line) or not whole gzip.
 *
 * Lines come in blocks: an `await` for each line would cost more than the line itself.
 */
export async function* readLines(file: string): AsyncGenerator<LineBlock> {
  let first = 1;
  let rest: Buffer[] = [];
  for await (const chunk of readBytes(file)) {
    const end = chunk.lastIndexOf(newline);
    if (end === -1) {
      rest.push(chunk);
      continue;
    }
    const lines = decodeLines(Buffer.concat([...rest, chunk.subarray(0, end)]), file, first);
    yield { first, lines };
    first += lines.length;
    rest = [chunk.subarray(end + 1)];
  }
  const last = Buffer.concat(rest);
  if (last.length > 0) yield { first, lines: decodeLines(last, file, first) };
}

/** The bytes of a file, unpacked where it is named `.gz`. Throws as `readLines` does. */
export async function* readBytes(file: string): AsyncGenerator<Buffer> {
  const handle = await openSource(file);
  const packed = handle.createReadStream();
  try {
    yield* file.endsWith(".gz") ? gunzipped(packed) : packed;
  } catch (cause) {
    throw sourceError(file, cause);
  }
}

function gunzipped(packed: Readable): Readable {
  const gunzip = createGunzip();
  // The reader of `gunzip` gets its errors and those of `packed`; without a callback they would be thrown twice.
  pipeline(packed, gunzip, () => {});
  return gunzip;
}

function decodeLines(bytes: Buffer, file: string, first: number): string[] {
  const lines = decodeUtf8(bytes, file, first).split("\n");
  return lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}
