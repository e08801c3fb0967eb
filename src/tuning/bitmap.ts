/** What a bitmap in another thread is made of. */
export interface SharedBitmap {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** A set of small whole numbers, one bit each up to the largest. */
export class Bitmap {
  private bytes: Uint8Array;
  private added: number;

  constructor({ bytes, count }: SharedBitmap = { bytes: new Uint8Array(1024), count: 0 }) {
    this.bytes = bytes;
    this.added = count;
  }

  /** What the same bitmap is made of in another thread. */
  get shared(): SharedBitmap {
    return { bytes: this.bytes, count: this.added };
  }

  /** How many numbers it holds. */
  get count(): number {
    return this.added;
  }

  add(number: number): void {
    const place = number >>> 3;
    if (place >= this.bytes.length) this.grow(place + 1);
    const byte = this.bytes[place] ?? 0;
    const bit = 1 << (number & 7);
    if ((byte & bit) !== 0) return;
    this.bytes[place] = byte | bit;
    this.added++;
  }

  has(number: number): boolean {
    return ((this.bytes[number >>> 3] ?? 0) & (1 << (number & 7))) !== 0;
  }

  private grow(least: number): void {
    const grown = new Uint8Array(Math.max(least, this.bytes.length * 2));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}
