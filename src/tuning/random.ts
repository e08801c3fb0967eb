import { digestOf, int32At } from "./digest.js";

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
    const digest = digestOf(`[${keyText(key)}]`);
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

  /** Draws `count` of the numbers without replacement, and puts them first, in random order. */
  shuffleNumbers(numbers: Int32Array, count = numbers.length): void {
    for (let i = 0; i < count; i++) {
      const j = i + this.below(numbers.length - i);
      const here = numbers[i] ?? 0;
      numbers[i] = numbers[j] ?? 0;
      numbers[j] = here;
    }
  }

  /** `count` of the items without replacement, in random order; all of them where there are not so many. */
  sample<T>(items: readonly T[], count: number): T[] {
    const size = Math.min(count, items.length);
    const places = Int32Array.from(items, (_, i) => i);
    this.shuffleNumbers(places, size);
    // A slice tells an absent item from one that is undefined.
    return [...places.subarray(0, size)].flatMap((place) => items.slice(place, place + 1));
  }
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}
