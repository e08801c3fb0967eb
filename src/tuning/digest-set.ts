import { int32At } from "./digest.js";

/** The digests of a set, which threads can send to each other without a copy. */
export interface SharedDigests {
  readonly table: Uint32Array;
  readonly count: number;
}

/**
 * Tells whether a digest was added before. It keeps the first 64 bits of each, in 16 to 32 bytes: of a million random
 * digests, two are taken for the same with a chance of about 1 to 40 million.
 */
export class DigestSet {
  private table: Uint32Array;
  private added: number;

  /** @param digests those of another set, perhaps in another thread: then no digest may be added to either. */
  constructor({ table, count }: SharedDigests = { table: tableOf(1 << 12), count: 0 }) {
    this.table = table;
    this.added = count;
  }

  /** How many digests it holds. */
  get count(): number {
    return this.added;
  }

  /** All of them, for sets in other threads, which share its memory. */
  get shared(): SharedDigests {
    return { table: this.table, count: this.added };
  }

  /** False where it is there already. A digest is text, a character a byte. */
  add(digest: string): boolean {
    if (this.added * 4 >= this.table.length) this.grow();
    const place = this.placeOf(firstOf(digest), secondOf(digest));
    if (this.table[place] !== 0) return false;
    this.put(place, firstOf(digest), secondOf(digest));
    this.added++;
    return true;
  }

  has(digest: string): boolean {
    return this.table[this.placeOf(firstOf(digest), secondOf(digest))] !== 0;
  }

  /** Where it is, or where it would be. */
  private placeOf(first: number, second: number): number {
    const { table } = this;
    const mask = table.length - 2;
    let place = (second << 1) & mask;
    while (table[place] !== 0 && (table[place] !== first || table[place + 1] !== second)) {
      place = (place + 2) & mask;
    }
    return place;
  }

  private put(place: number, first: number, second: number): void {
    this.table[place] = first;
    this.table[place + 1] = second;
  }

  private grow(): void {
    const { table } = this;
    this.table = tableOf(table.length * 2);
    for (let i = 0; i < table.length; i += 2) {
      const [first = 0, second = 0] = [table[i], table[i + 1]];
      if (first !== 0) this.put(this.placeOf(first, second), first, second);
    }
  }
}

function tableOf(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(4 * length));
}

/** 0 marks a free place. */
function firstOf(digest: string): number {
  return int32At(digest, 0) >>> 0 || 1;
}

function secondOf(digest: string): number {
  return int32At(digest, 4) >>> 0;
}
