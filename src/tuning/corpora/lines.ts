import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { decodeUtf8 } from "../../core/utf8.js";
import { openSource, reusedBytes, sourceError } from "./source.js";

/** Consecutive lines of a file, without their line ends. `first` is the 1-based number of the first of them. */
export interface LineBlock {
  readonly first: number;
  readonly lines: readonly string[];
}

const newline = 0x0a;
/** Bytes that become lines at once: as strings they take several times as much memory. */
const linesAtOnce = 1 << 17;

/**
 * The lines of a UTF-8 text file, streamed; a file named `.gz` is unpacked on the way. Line ends are LF or CRLF, a
 * byte order mark at the start is left out. Throws InputError for a file that cannot be opened, and FormatError for
 * one that is not UTF-8 (with its line) or not whole gzip.
 *
 * Lines come in blocks: an `await` for each line would cost more than the line itself.
 */
export async function* readLines(file: string): AsyncGenerator<LineBlock> {
  const block = new LineCollector(file);
  for await (const chunk of passingBytes(file, linesAtOnce)) yield* block.take(chunk);
  yield* block.last();
}

/** Gathers bytes up to line ends. */
export class LineCollector {
  private first = 1;
  private rest: Buffer[] = [];

  constructor(private readonly file: string) {}

  *take(chunk: Buffer): Generator<LineBlock> {
    const end = chunk.lastIndexOf(newline);
    if (end === -1) {
      this.rest.push(Buffer.from(chunk));
      return;
    }
    const whole = chunk.subarray(0, end);
    yield this.block(this.rest.length === 0 ? whole : Buffer.concat([...this.rest, whole]));
    this.rest = end + 1 === chunk.length ? [] : [Buffer.from(chunk.subarray(end + 1))];
  }

  *last(): Generator<LineBlock> {
    const last = Buffer.concat(this.rest);
    if (last.length > 0) yield this.block(last);
  }

  private block(bytes: Buffer): LineBlock {
    const { first } = this;
    const lines = decodeLines(bytes, this.file, first);
    this.first += lines.length;
    return { first, lines };
  }
}

/** As `readBytes`, in pieces of at most `size` where the file is not packed; what is not taken of one at once is lost. */
export function passingBytes(file: string, size: number): AsyncGenerator<Buffer> {
  return file.endsWith(".gz") ? readBytes(file) : reusedBytes(file, size);
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

/** The lines of some bytes that end without a line end, of which the first is line `first` of a file. Throws FormatError for what is not UTF-8. */
export function decodeLines(bytes: Buffer, file: string, first: number): string[] {
  const text = decodeUtf8(bytes, file, first);
  const lines = text.split("\n");
  if (!text.includes("\r")) return lines;
  return lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}
