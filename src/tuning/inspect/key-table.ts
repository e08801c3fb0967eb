/** Whole numbers from 0 to 2^32 - 1 by row, 0 where none was set. */
export class Column {
  private values: Uint32Array = new Uint32Array(1024);

  get(row: number): number {
    return this.values[row] ?? 0;
  }

  set(row: number, value: number): void {
    if (row >= this.values.length) {
      const grown = new Uint32Array(Math.max(row + 1, this.values.length * 2));
      grown.set(this.values);
      this.values = grown;
    }
    this.values[row] = value;
  }

  /** Adds one; gives the sum. */
  increment(row: number): number {
    const sum = this.get(row) + 1;
    this.set(row, sum);
    return sum;
  }
}

/**
 * Row numbers, from 0, of keys. A key costs 16 to 32 bytes outside the heap, a tenth of a Map of strings: that is what
 * lets all sentences and surfaces of a corpus be compared.
 */
export class KeyTable {
  /** Open addressing; 0 is a free slot, as no key is 0. */
  private keys: Float64Array = new Float64Array(1024);
  private rows: Uint32Array = new Uint32Array(1024);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** The key's row, or -1. */
  find(key: number): number {
    const slot = this.slotOf(key);
    return this.keys[slot] === key ? (this.rows[slot] ?? -1) : -1;
  }

  /** The key's row; a new one where the key is new. */
  findOrAdd(key: number): number {
    const slot = this.slotOf(key);
    if (this.keys[slot] === key) return this.rows[slot] ?? -1;
    this.keys[slot] = key;
    this.rows[slot] = this.count;
    if (++this.count > this.keys.length * 0.7) this.grow();
    return this.count - 1;
  }

  /** Where a key stands, or would. */
  private slotOf(key: number): number {
    const last = this.keys.length - 1;
    let slot = (key >>> 0) & last;
    while (this.keys[slot] !== 0 && this.keys[slot] !== key) slot = (slot + 1) & last;
    return slot;
  }

  private grow(): void {
    const { keys, rows } = this;
    this.keys = new Float64Array(keys.length * 2);
    this.rows = new Uint32Array(keys.length * 2);
    for (const [i, key] of keys.entries()) {
      if (key === 0) continue;
      const slot = this.slotOf(key);
      this.keys[slot] = key;
      this.rows[slot] = rows[i] ?? 0;
    }
  }
}
