/** How many entries a pool grows by at least: few distinct shapes let the run-time reuse its memory plans. */
const block = 64;

/**
 * Keys and values of every token run so far, for all layers: `[heads, capacity, headSize]` each. Hypotheses of a
 * beam share one pool; which entries a token may see is decided by a mask, so nothing is ever moved or removed.
 * Entries behind `length` are zero.
 */
export class KeyValuePool {
  /** Per layer: keys, values, keys, values, ... */
  readonly tensors: Float32Array[];
  capacity = block;
  length = 0;

  constructor(
    layers: number,
    private readonly heads: number,
    private readonly headSize: number,
  ) {
    this.tensors = Array.from({ length: 2 * layers }, () => new Float32Array(heads * block * headSize));
  }

  /** Shape of each tensor, with the batch dimension that graphs expect. */
  get dims(): number[] {
    return [1, this.heads, this.capacity, this.headSize];
  }

  /**
   * Adds `count` new entries, `[heads, count, headSize]` per tensor in the order of `tensors`. Returns the index
   * of the first.
   */
  append(fresh: readonly Float32Array[], count: number): number {
    this.reserve(this.length + count);
    for (const [i, pool] of this.tensors.entries()) {
      const source = fresh[i];
      if (source === undefined) throw new RangeError(`no new keys or values for tensor ${i}`);
      for (let head = 0; head < this.heads; head++) {
        const from = head * count * this.headSize;
        const to = (head * this.capacity + this.length) * this.headSize;
        pool.set(source.subarray(from, from + count * this.headSize), to);
      }
    }
    const first = this.length;
    this.length += count;
    return first;
  }

  private reserve(length: number): void {
    if (length <= this.capacity) return;
    const capacity = Math.ceil(Math.max(length, 1.5 * this.capacity) / block) * block;
    for (const [i, old] of this.tensors.entries()) {
      const grown = new Float32Array(this.heads * capacity * this.headSize);
      for (let head = 0; head < this.heads; head++) {
        const from = head * this.capacity * this.headSize;
        grown.set(old.subarray(from, from + this.length * this.headSize), head * capacity * this.headSize);
      }
      this.tensors[i] = grown;
    }
    this.capacity = capacity;
  }
}
