import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { Duplex } from "node:stream";
import { pipeline, Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import type { LineBlock } from "./corpora/lines.js";
import { LineCollector } from "./corpora/lines.js";

/** What a file's bytes are, as far as they are read. */
export interface FileDigest {
  readonly bytes: number;
  /** SHA-256 in hex. */
  readonly sha256: string;
}

/** Reads a file of rows once: its lines, unpacked by its name's ending, and the digest of its bytes. */
export class CheckedFile {
  private bytes = 0;
  private readonly hash = createHash("sha256");

  constructor(private readonly path: string) {}

  /** Of all that was read. */
  get digest(): FileDigest {
    return { bytes: this.bytes, sha256: this.hash.copy().digest("hex") };
  }

  /**
   * The lines, streamed in blocks. Throws FormatError for bytes that are not UTF-8, and the system's error for a file
   * that cannot be read or unpacked.
   */
  async *lines(signal?: AbortSignal): AsyncGenerator<LineBlock> {
    const lines = new LineCollector(this.path);
    for await (const chunk of this.unpacked()) {
      signal?.throwIfAborted();
      yield* lines.take(chunk);
    }
    yield* lines.last();
  }

  private unpacked(): AsyncIterable<Buffer> {
    const counted = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.bytes += chunk.length;
        this.hash.update(chunk);
        done(null, chunk);
      },
    });
    const unpacker = this.unpacker();
    const end = unpacker ?? counted;
    // The reader of the last stream gets the errors of all; without a callback they would be thrown twice.
    if (unpacker === null) pipeline(createReadStream(this.path), counted, () => {});
    else pipeline(createReadStream(this.path), counted, unpacker, () => {});
    return end;
  }

  private unpacker(): Duplex | null {
    if (this.path.endsWith(".gz")) return createGunzip();
    return this.path.endsWith(".zst") ? createZstdDecompress() : null;
  }
}
