import { hash } from "node:crypto";

/**
 * The SHA-256 of some bytes, or of a text as UTF-8, as text, a character a byte: it comes in a third of the time that a
 * buffer takes.
 */
export function digestOf(content: string | Uint8Array): string {
  return hash("sha256", content, "binary");
}

/** Four bytes of such a text, little-endian. */
export function int32At(digest: string, at: number): number {
  const byte = (i: number) => digest.charCodeAt(at + i);
  return byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
}
