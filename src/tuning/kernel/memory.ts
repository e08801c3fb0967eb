/** Whose memory it is. */
interface Allocator {
  readonly bytes: Buffer;
  allocate(size: number): number;
}

/** A piece of memory that grows. */
export class Region {
  at = 0;
  size = 0;

  constructor(private readonly allocator: Allocator) {}

  /** Makes it at least so large, perhaps in another place; the first `kept` bytes stay. Throws as `allocate` does. */
  reserve(least: number, kept = 0): void {
    if (least <= this.size) return;
    const size = Math.max(least, this.size * 2);
    const at = this.allocator.allocate(size);
    this.allocator.bytes.copyWithin(at, this.at, this.at + kept);
    this.at = at;
    this.size = size;
  }
}

const firstSize = 1 << 14;

/** Pieces of memory that stay where they are until all of them are given up. */
export class Arena {
  private at = 0;
  private size = 0;
  private used = 0;

  constructor(private readonly allocator: Allocator) {}

  /** A piece of so many bytes, at a multiple of 16. Throws as `allocate` does. */
  take(size: number): number {
    const rounded = Math.ceil(size / 16) * 16;
    if (this.used + rounded > this.size) {
      // The pieces so far stay in a part of the memory that nobody knows of afterwards.
      const larger = Math.max(rounded, this.size * 2, firstSize);
      this.at = this.allocator.allocate(larger);
      this.size = larger;
      this.used = 0;
    }
    const at = this.at + this.used;
    this.used += rounded;
    return at;
  }

  clear(): void {
    this.used = 0;
  }
}
