import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBio, encodeBio } from "../../src/codecs/bio.js";
import { flatEntity } from "../../src/core/document.js";
import { InputError } from "../../src/core/errors.js";

describe("BIO", () => {
  it("decodes what it encoded", () => {
    const lengths = fc.array(
      fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 4 }), fc.constantFrom("a", "b c", "O")),
    );
    fc.assert(
      fc.property(lengths, fc.nat(3), (mentions, tail) => {
        let next = 0;
        const entities = mentions.map(([gap, length, label]) => {
          const start = next + gap;
          next = start + length;
          return flatEntity(label, start, next);
        });
        expect(decodeBio(encodeBio(next + tail, entities))).toEqual(entities);
      }),
      { numRuns: 500, seed: 7 },
    );
  });

  it("starts an entity at an orphan I- and where the label changes", () => {
    expect(decodeBio(["I-a", "I-a", "I-b", "O", "I-b", "B-b"])).toEqual([
      flatEntity("a", 0, 2),
      flatEntity("b", 2, 3),
      flatEntity("b", 4, 5),
      flatEntity("b", 5, 6),
    ]);
  });

  it.each(["", "B", "B-", "S-a", "o", "b-a"])("refuses the tag %j", (tag) => {
    expect(() => decodeBio([tag])).toThrow(InputError);
  });

  it("refuses overlaps, several parts and mentions outside", () => {
    expect(() => encodeBio(3, [flatEntity("a", 0, 2), flatEntity("b", 1, 3)])).toThrow(/overlapping/);
    const gapped = {
      label: "a",
      parts: [
        { start: 0, end: 1 },
        { start: 2, end: 3 },
      ],
    };
    expect(() => encodeBio(3, [gapped])).toThrow(/contiguous/);
    expect(() => encodeBio(3, [flatEntity("a", 2, 4)])).toThrow(/outside/);
    expect(() => encodeBio(3, [flatEntity("a", 2, 2)])).toThrow(/outside/);
  });
});
