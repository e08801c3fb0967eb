import type { ViewedBytes } from "./viewed-bytes.js";

/** Bytes that are put into others again and again. A native copy takes longer to start than a short one takes to put. */
const longestByHand = 64;

/** A text as JSON has it, to be put among other bytes. */
export class Stamp {
  private readonly bytes: Buffer;
  /** Four bytes each, filled up with zeros. */
  private readonly fours: Int32Array;
  /** In bytes. */
  readonly size: number;

  /** @param json the text as it stands between the quotes of a JSON string, or any other piece of JSON. */
  constructor(json: string) {
    this.bytes = Buffer.from(json);
    this.size = this.bytes.length;
    const padded = Buffer.alloc((this.size + 3) & ~3);
    this.bytes.copy(padded);
    this.fours = new Int32Array(padded.length / 4);
    for (let i = 0; i < this.fours.length; i++) this.fours[i] = padded.readInt32LE(4 * i);
  }

  /** Puts it at `at`, and nothing behind it. */
  putExactly({ bytes }: ViewedBytes, at: number): void {
    bytes.set(this.bytes, at);
  }

  /** Puts it at `at`, and up to three bytes behind it. Returns where it ends. */
  put({ bytes, view }: ViewedBytes, at: number): number {
    if (this.size > longestByHand) bytes.set(this.bytes, at);
    else for (let i = 0; i < this.fours.length; i++) view.setInt32(at + 4 * i, this.fours[i] ?? 0, true);
    return at + this.size;
  }
}
