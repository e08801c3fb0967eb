import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addCounts, noCounts } from "../../eval/counts.js";
import { strictCounts, strictCountsByLabel, strictScores } from "../../eval/strict.js";
import type { Entity } from "../../src/core/document.js";
import { flatEntity } from "../../src/core/document.js";

describe("strictCounts", () => {
  it("asks for the same label and the same words", () => {
    const gold = [flatEntity("person", 0, 2), flatEntity("city", 4, 5)];
    expect(strictCounts(gold, gold)).toEqual({ correct: 2, predicted: 2, gold: 2 });
    expect(strictCounts(gold, [flatEntity("person", 0, 1)])).toEqual({ correct: 0, predicted: 1, gold: 2 });
    expect(strictCounts(gold, [flatEntity("city", 0, 2)])).toEqual({ correct: 0, predicted: 1, gold: 2 });
  });

  it("does not look at scores", () => {
    expect(strictCounts([flatEntity("city", 4, 5)], [flatEntity("city", 4, 5, 0.2)]).correct).toBe(1);
  });

  it("keeps nested entities apart", () => {
    const outer = flatEntity("organization", 0, 3);
    const inner = flatEntity("city", 2, 3);
    expect(strictCounts([outer, inner], [inner])).toEqual({ correct: 1, predicted: 1, gold: 2 });
  });

  it("compares a discontinuous entity by all its parts", () => {
    const gold: Entity[] = [
      {
        label: "disease",
        parts: [
          { start: 0, end: 1 },
          { start: 3, end: 4 },
        ],
      },
    ];
    expect(strictCounts(gold, gold).correct).toBe(1);
    expect(strictCounts(gold, [flatEntity("disease", 0, 4)]).correct).toBe(0);
    expect(strictCounts(gold, [flatEntity("disease", 0, 1)]).correct).toBe(0);
  });

  it("counts a repeated entity once, on both sides", () => {
    const city = flatEntity("city", 4, 5);
    expect(strictCounts([city], [city, city])).toEqual({ correct: 1, predicted: 1, gold: 1 });
    expect(strictCounts([city, city], [city])).toEqual({ correct: 1, predicted: 1, gold: 1 });
  });

  it("keeps labels apart that could run into positions", () => {
    expect(strictCounts([flatEntity("1,2-3 x", 0, 1)], [flatEntity("x", 0, 1)]).correct).toBe(0);
  });
});

describe("strictCountsByLabel", () => {
  it("has a row for each label that is predicted or annotated", () => {
    const counts = strictCountsByLabel(
      [flatEntity("person", 0, 2), flatEntity("city", 4, 5)],
      [flatEntity("person", 0, 2), flatEntity("__proto__", 4, 5)],
    );
    expect([...counts]).toEqual([
      ["person", { correct: 1, predicted: 1, gold: 1 }],
      ["city", { correct: 0, predicted: 0, gold: 1 }],
      ["__proto__", { correct: 0, predicted: 1, gold: 0 }],
    ]);
  });
});

describe("strictScores", () => {
  it("takes 0/0 as 0", () => {
    expect(strictScores(noCounts)).toEqual({ precision: 0, recall: 0, f1: 0 });
    expect(strictScores({ correct: 0, predicted: 3, gold: 0 })).toEqual({ precision: 0, recall: 0, f1: 0 });
  });

  it("gives the ratios of added counts", () => {
    const sum = addCounts({ correct: 1, predicted: 1, gold: 3 }, { correct: 2, predicted: 3, gold: 3 });
    expect(strictScores(sum)).toEqual({ precision: 3 / 4, recall: 3 / 6, f1: 6 / 10 });
  });
});

const entity = fc
  .record({
    label: fc.constantFrom("a", "b"),
    start: fc.integer({ min: 0, max: 4 }),
    length: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ label, start, length }) => flatEntity(label, start, start + length));

describe("properties", () => {
  it("equals a count by pairwise comparison", () => {
    const same = (a: Entity, b: Entity) => JSON.stringify(a) === JSON.stringify(b);
    const unique = (all: readonly Entity[]) => all.filter((x, i) => all.findIndex((y) => same(x, y)) === i);
    fc.assert(
      fc.property(
        fc.array(entity, { maxLength: 8 }),
        fc.array(entity, { maxLength: 8 }),
        (gold, predicted) => {
          const correct = unique(predicted).filter((x) => gold.some((y) => same(x, y))).length;
          expect(strictCounts(gold, predicted)).toEqual({
            correct,
            predicted: unique(predicted).length,
            gold: unique(gold).length,
          });
        },
      ),
    );
  });
});
