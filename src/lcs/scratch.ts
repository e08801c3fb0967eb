/** Larger buffers are given back after the call that needed them: one huge text must not hold memory for good. */
const KEPT_LENGTH = 1 << 18;

const all: Scratch[] = [];

/**
 * A growable buffer that successive calls share, so that aligning a sentence allocates nothing but its result.
 * Sharing is safe because everything here is synchronous and no algorithm calls another one. What `take` returns
 * holds what the last call left in it.
 */
export class Scratch {
  private buffer = new Int32Array(0);

  constructor() {
    all.push(this);
  }

  /** At least `length` numbers. */
  take(length: number): Int32Array {
    if (length <= this.buffer.length) return this.buffer;
    const grown = new Int32Array(Math.max(64, 2 ** Math.ceil(Math.log2(length))));
    if (grown.length <= KEPT_LENGTH) this.buffer = grown;
    return grown;
  }

  /** `used` with room for `length` numbers: its own contents, moved if need be. */
  grow(used: Int32Array, length: number): Int32Array {
    if (length <= used.length) return used;
    const grown = this.take(length);
    grown.set(used);
    return grown;
  }

  /** Bytes that all buffers hold between calls, for benchmarks. */
  static heldBytes(): number {
    return all.reduce((bytes, { buffer }) => bytes + buffer.byteLength, 0);
  }

  /** Lets go of all buffers. */
  static release(): void {
    for (const scratch of all) scratch.buffer = new Int32Array(0);
  }
}

/** `values[index]`, for indices that are in range by construction: the compiler cannot know that they are. */
export function at(values: Int32Array, index: number): number {
  return values[index] ?? 0;
}
