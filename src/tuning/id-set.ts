import { hash } from "node:crypto";

/**
 * Tells whether an id was added before. It keeps 64 bits of each id's hash, 16 to 32 bytes an id: among a million ids, two
 * are taken for the same with a chance of about 1 to 40 million.
 */
export class IdSet {
  private high = new Uint32Array(1 << 12);
  private low = new Uint32Array(1 << 12);
  private size = 0;

  /** False where it is there already. */
  add(id: string): boolean {
    if (this.size * 2 >= this.high.length) this.grow();
    const digest = hash("sha1", id, "buffer");
    // 0 marks a free place.
    const isNew = this.insert(digest.readUInt32LE(0) || 1, digest.readUInt32LE(4));
    if (isNew) this.size++;
    return isNew;
  }

  private insert(high: number, low: number): boolean {
    const mask = this.high.length - 1;
    let place = low & mask;
    while (this.high[place] !== 0) {
      if (this.high[place] === high && this.low[place] === low) return false;
      place = (place + 1) & mask;
    }
    this.high[place] = high;
    this.low[place] = low;
    return true;
  }

  private grow(): void {
    const { high, low } = this;
    this.high = new Uint32Array(high.length * 2);
    this.low = new Uint32Array(high.length * 2);
    for (let i = 0; i < high.length; i++) {
      const first = high[i] ?? 0;
      if (first !== 0) this.insert(first, low[i] ?? 0);
    }
  }
}
