import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../src/tuning/random.js";

/** xoshiro128** in plain 64-bit-wide arithmetic, from its published definition. */
function* oracle(key: readonly string[]): Generator<number> {
  const mask = 0xffffffffn;
  const digest = createHash("sha256").update(JSON.stringify(key)).digest();
  const s = [0, 4, 8, 12].map((at) => BigInt(digest.readUInt32LE(at)));
  const rotate = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask;
  for (;;) {
    const [a = 0n, b = 0n, c = 0n, d = 0n] = s;
    yield Number((rotate((b * 5n) & mask, 7n) * 9n) & mask);
    const c2 = c ^ a;
    const d2 = d ^ b;
    s.splice(0, 4, a ^ d2, b ^ c2, c2 ^ ((b << 9n) & mask), rotate(d2, 11n));
  }
}

describe("Random", () => {
  it("draws what xoshiro128** draws", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 3 }), (key) => {
        const random = new Random(...key);
        const expected = oracle(key);
        for (let i = 0; i < 50; i++) expect(random.next()).toBe(expected.next().value);
      }),
    );
  });

  it("stays the same from version to version", () => {
    const random = new Random("42", "example", "train", 0);
    expect([random.next(), random.next(), random.next()]).toEqual([594971033, 4214441754, 2150048665]);
    expect(random.shuffle(["a", "b", "c", "d", "e"])).toEqual(["c", "e", "d", "b", "a"]);
  });

  it("gives other streams for other keys, wherever the parts are cut", () => {
    const keys = [
      ["1", "a", 0],
      ["1", "a", 1],
      ["2", "a", 0],
      ["1a", 0],
      ["1", "a0"],
      ["1", "a,0"],
    ];
    const firsts = keys.map((key) => new Random(...key).next());
    expect(new Set(firsts).size).toBe(keys.length);
    expect(new Random(7).next()).toBe(new Random("7").next());
  });

  it("stays below its bound and reaches all of it evenly", () => {
    const random = new Random("even");
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) {
      const drawn = random.below(6);
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    // Chi-squared with 5 degrees of freedom: 20.5 is passed once in a thousand seeds; this seed is fixed.
    expect(counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(20.5);
    expect(counts.length).toBe(6);
    for (const bound of [0, -1, 1.5, Number.NaN, 2 ** 32 + 1])
      expect(() => random.below(bound)).toThrow(RangeError);
  });

  it("shuffles to a permutation and samples a part without repeats", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(40), fc.nat(50), (seed, length, count) => {
        const items = Array.from({ length }, (_, i) => i);
        const byNumber = (a: number, b: number) => a - b;
        expect(new Random(seed).shuffle(items).sort(byNumber)).toEqual(items);
        const sample = new Random(seed).sample(items, count);
        expect(sample.length).toBe(Math.min(count, length));
        expect(new Set(sample).size).toBe(sample.length);
        expect(items).toEqual(Array.from({ length }, (_, i) => i));
      }),
    );
  });

  it("reaches every order equally often", () => {
    const orders = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = new Random("orders", i).shuffle(["a", "b", "c", "d"]).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    // Chi-squared with 23 degrees of freedom, one in a thousand.
    const chi = [...orders.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chi).toBeLessThan(49.7);
  });
});
