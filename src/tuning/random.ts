import { hash } from "node:crypto";

/** The first parts of many keys, made ready once. */
export class KeyStart {
  readonly text: string;

  constructor(...parts: readonly (string | number)[]) {
    this.text = keyText(parts);
  }
}

/** As JSON has the list of all parts as texts, without its brackets. */
function keyText(key: readonly (string | number | KeyStart)[]): string {
  let text = "";
  for (const part of key) {
    if (text !== "") text += ",";
    if (typeof part === "number") text += `"${part}"`;
    else text += typeof part === "string" ? JSON.stringify(part) : part.text;
  }
  return text;
}

/**
 * A seeded generator: xoshiro128** (Blackman and Vigna), period 2^128 - 1, on 32-bit integers alone, so that every
 * machine draws the same. Not for secrets.
 */
export class Random {
  private s0: number;
  private s1: number;
  private s2: number;
  private s3: number;

  /**
   * The generator of a key. Keys that differ in any part give independent streams: the state is the first 128 bits
   * of the key's SHA-256. A row draws from the stream of its own key, so what it draws does not depend on which rows
   * were made before it, or where.
   */
  constructor(...key: readonly (string | number | KeyStart)[]) {
    // As text, a character a byte, a digest comes in a third of the time that it takes as a buffer.
    const digest = hash("sha256", `[${keyText(key)}]`, "binary");
    this.s0 = int32At(digest, 0);
    this.s1 = int32At(digest, 4);
    this.s2 = int32At(digest, 8);
    this.s3 = int32At(digest, 12);
  }

  /** A uniform integer of 0 to 2^32 - 1. */
  next(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.s1, 5), 7), 9) >>> 0;
    const shifted = this.s1 << 9;
    this.s2 ^= this.s0;
    this.s3 ^= this.s1;
    this.s1 ^= this.s2;
    this.s0 ^= this.s3;
    this.s2 ^= shifted;
    this.s3 = rotateLeft(this.s3, 11);
    return result;
  }

  /** A uniform integer of 0 to `bound` - 1. Throws RangeError unless `bound` is an integer of 1 to 2^32. */
  below(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) throw new RangeError(`bound ${bound}`);
    let drawn = this.next();
    if (drawn > 0xffffffff - bound) {
      // What lies behind the last whole multiple of the bound is drawn again: it would favour small results. So many
      // numbers lie there: 2^32 modulo the bound, found with 32 bits.
      const behind = (-bound >>> 0) % bound;
      while (drawn > 0xffffffff - behind) drawn = this.next();
    }
    return drawn % bound;
  }

  /** True with this probability, of 0 to 1. */
  chance(probability: number): boolean {
    return this.next() < probability * 2 ** 32;
  }

  /** The items in random order (Fisher and Yates); the given list stays as it is. */
  shuffle<T>(items: readonly T[]): T[] {
    return this.sample(items, items.length);
  }

  /** Puts the numbers in the order that `shuffle` gives items in their places. */
  shuffleNumbers(numbers: Int32Array): void {
    for (let i = 0; i < numbers.length; i++) {
      const j = i + this.below(numbers.length - i);
      const here = numbers[i] ?? 0;
      numbers[i] = numbers[j] ?? 0;
      numbers[j] = here;
    }
  }

  /** `count` of the items without replacement, in random order; all of them where there are not so many. */
  sample<T>(items: readonly T[], count: number): T[] {
    const pool = items.map((item) => ({ item }));
    const size = Math.min(count, pool.length);
    const taken: T[] = [];
    for (let i = 0; i < size; i++) {
      const j = i + this.below(pool.length - i);
      const [here, there] = [pool[i], pool[j]];
      // Both are there; a list of plain items could not tell an absent one from one that is undefined.
      if (here === undefined || there === undefined) break;
      pool[i] = there;
      pool[j] = here;
      taken.push(there.item);
    }
    return taken;
  }
}

function int32At(digest: string, at: number): number {
  const byte = (i: number) => digest.charCodeAt(at + i);
  return byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}
