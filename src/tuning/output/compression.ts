import { promisify } from "node:util";
import { gzip, zstdCompress } from "node:zlib";
import type { Compression } from "../plan-output.js";

const gzipped = promisify(gzip);
const zstandard = promisify(zstdCompress);

/** What a packed file's name ends in. */
export const compressionSuffix: Readonly<Record<Compression, string>> = {
  none: "",
  gzip: ".gz",
  zstd: ".zst",
};

/**
 * Bytes as a whole gzip member or zstd frame: such pieces one after the other are one valid file, so they can be made
 * side by side. The work is done outside the calling thread.
 */
export async function compress(bytes: Uint8Array, compression: Compression): Promise<Uint8Array> {
  switch (compression) {
    case "none":
      return bytes;
    case "gzip":
      return withoutOrigin(await gzipped(bytes));
    case "zstd":
      return await zstandard(bytes);
  }
}

/** The header names the system that packed the file; the same rows shall give the same bytes on all of them. */
function withoutOrigin(member: Uint8Array): Uint8Array {
  const unknownSystem = 255;
  member.set([unknownSystem], 9);
  return member;
}

/** What packed bytes depend on besides the rows, to tell whether a build can go on with what an older one wrote. */
export function compressor(compression: Compression): string {
  const { zlib = "", zstd = "" } = process.versions;
  if (compression === "none") return "none";
  return compression === "gzip" ? `zlib ${zlib}` : `zstd ${zstd}`;
}
