import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nearestRank, percentilesOf } from "../../src/tuning/percentiles.js";

describe("percentiles", () => {
  it("are the values at their rank among all, sorted", () => {
    const values = fc.array(fc.nat(30), { minLength: 1, maxLength: 300 });
    const check = fc.property(values, fc.integer({ min: 1, max: 100 }), (given, percent) => {
      const all = given.toSorted((a, b) => a - b);
      const counts = [...Map.groupBy(all, (value) => value)].map(
        ([value, same]) => [value, same.length] as const,
      );
      expect(nearestRank(counts, percent)).toBe(all[Math.ceil((percent * all.length) / 100) - 1]);
      expect(nearestRank(counts, 0)).toBe(all[0]);
      expect(percentilesOf(counts)).toMatchObject({ min: all[0], max: all.at(-1) });
    });
    fc.assert(check);
  });

  it("are none of nothing", () => {
    expect(nearestRank([], 50)).toBeNull();
    expect(percentilesOf([])).toBeNull();
  });
});
