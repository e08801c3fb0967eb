import { createReadStream } from "node:fs";
import { promisify } from "node:util";
import { constants, createZstdCompress, createZstdDecompress, gzip } from "node:zlib";
import type { Compression } from "../plan-output.js";

/** What a packed file's name ends in. */
export const compressionSuffix: Readonly<Record<Compression, string>> = {
  none: "",
  gzip: ".gz",
  zstd: ".zst",
};

/** Packs one file, piece by piece, outside the calling thread. The same pieces give the same bytes. */
export interface Packer {
  /** Pieces may be given before the ones before are packed. */
  pack(piece: Uint8Array): Promise<Uint8Array>;
  /** What comes behind the last piece. */
  end(): Promise<Uint8Array>;
  /**
   * Takes the place of a packer that packed the pieces of these sizes, which stand in the first bytes of a file, so that
   * what follows is packed as that one would have.
   */
  replay(file: string, packedBytes: number, sizes: readonly number[]): Promise<void>;
}

export function packerOf(compression: Compression): Packer {
  switch (compression) {
    case "none":
      return plain;
    case "gzip":
      return new GzipMembers();
    case "zstd":
      return new ZstdFrame();
  }
}

const nothing = new Uint8Array(0);

const plain: Packer = {
  pack: async (piece) => piece,
  end: async () => nothing,
  replay: async () => {},
};

const gzipped = promisify(gzip);

/**
 * Each piece is a gzip member, and a file of members is valid gzip: pieces can be packed side by side. A file without a
 * piece has an empty member. The header names the system that packed the file, so that byte is set to "unknown".
 */
class GzipMembers implements Packer {
  private isEmpty = true;

  async pack(piece: Uint8Array): Promise<Uint8Array> {
    this.isEmpty = false;
    const member = await gzipped(piece);
    member.set([255], 9);
    return member;
  }

  async end(): Promise<Uint8Array> {
    return this.isEmpty ? await this.pack(nothing) : nothing;
  }

  async replay(_file: string, packedBytes: number): Promise<void> {
    this.isEmpty = packedBytes === 0;
  }
}

/** A file is one zstd frame: many readers stop at the end of the first. */
class ZstdFrame implements Packer {
  private readonly stream = createZstdCompress();
  private parts: Buffer[] = [];
  private before: Promise<unknown> = Promise.resolve();

  constructor() {
    this.stream.on("data", (part: Buffer) => this.parts.push(part));
  }

  pack(piece: Uint8Array): Promise<Uint8Array> {
    const packed = this.before.then(() => this.flushed(piece));
    this.before = packed;
    return packed;
  }

  async end(): Promise<Uint8Array> {
    await this.before;
    await new Promise<void>((resolve, reject) => {
      this.stream.once("end", resolve).once("error", reject).end();
    });
    return this.taken();
  }

  async replay(file: string, packedBytes: number, sizes: readonly number[]): Promise<void> {
    if (packedBytes === 0) return;
    const packed = createReadStream(file, { end: packedBytes - 1 });
    // The frame has no end yet: what there is of it is given all the same.
    const unpacked = createZstdDecompress({ finishFlush: constants.ZSTD_e_flush });
    let rest: Buffer = Buffer.alloc(0);
    let next = 0;
    for await (const part of packed.pipe(unpacked)) {
      rest = Buffer.concat([rest, part]);
      for (let size = sizes[next]; size !== undefined && rest.length >= size; size = sizes[++next]) {
        await this.pack(rest.subarray(0, size));
        rest = rest.subarray(size);
      }
    }
  }

  private async flushed(piece: Uint8Array): Promise<Uint8Array> {
    await new Promise<void>((resolve, reject) => {
      this.stream.once("error", reject);
      this.stream.write(piece);
      this.stream.flush(constants.ZSTD_e_flush, () => {
        this.stream.off("error", reject);
        resolve();
      });
    });
    return this.taken();
  }

  private taken(): Uint8Array {
    const parts = this.parts;
    this.parts = [];
    return Buffer.concat(parts);
  }
}

/** What packed bytes depend on besides the rows, to tell whether a build can go on with what an older one wrote. */
export function compressor(compression: Compression): string {
  const { zlib = "", zstd = "" } = process.versions;
  if (compression === "none") return "none";
  return compression === "gzip" ? `zlib ${zlib}` : `zstd ${zstd}`;
}
