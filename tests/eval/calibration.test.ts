import { describe, expect, it } from "vitest";
import { CalibrationTally } from "../../eval/calibration.js";
import { type Entity, flatEntity } from "../../src/core/document.js";
import { Random } from "../../src/tuning/random.js";

const right = (score: number): [Entity[], Entity[]] => [
  [flatEntity("x", 0, 1)],
  [flatEntity("x", 0, 1, score)],
];
const wrong = (score: number): [Entity[], Entity[]] => [[], [flatEntity("x", 0, 1, score)]];

function calibrationOf(sentences: readonly [Entity[], Entity[]][]) {
  const tally = new CalibrationTally();
  for (const [gold, predicted] of sentences) tally.add(gold, predicted);
  return tally.result();
}

describe("CalibrationTally", () => {
  it("weighs the distance of each bin by its entities", () => {
    // Bin 0.9 to 1: mean 0.95, two of three right. Bin 0.2 to 0.3: mean 0.25, none of one right.
    const found = calibrationOf([right(0.95), right(0.96), wrong(0.94), wrong(0.25)]);
    expect(found?.entities).toBe(4);
    expect(found?.error).toBeCloseTo((Math.abs(2.85 - 2) + 0.25) / 4, 10);
  });

  it("counts an entity that is given twice once, and leaves out what has no score", () => {
    const twice = flatEntity("x", 0, 1, 0.5);
    expect(calibrationOf([[[], [twice, twice, flatEntity("y", 0, 1)]]])?.entities).toBe(1);
    expect(calibrationOf([[[flatEntity("x", 0, 1)], [flatEntity("x", 0, 1)]]])).toBeNull();
  });

  it("tells another label, and another place, from the entity that is annotated", () => {
    const gold = [flatEntity("x", 0, 2)];
    const predicted = [flatEntity("y", 0, 2, 1), flatEntity("x", 0, 1, 1), flatEntity("x", 0, 2, 1)];
    expect(calibrationOf([[gold, predicted]])?.error).toBeCloseTo(2 / 3, 10);
  });

  it.each([0.5, 1, 2.5])("finds the temperature %s of scores that were made with it", (temperature) => {
    const generator = new Random("calibration", temperature);
    const random = () => generator.next() / 2 ** 32;
    const sentences = Array.from({ length: 40_000 }, () => {
      const probability = random();
      const score = probability ** temperature;
      return random() < probability ? right(score) : wrong(score);
    });
    const found = calibrationOf(sentences);
    expect((found?.temperature ?? 0) / temperature).toBeCloseTo(1, 1);
    expect(found?.errorAtTemperature).toBeLessThan(0.01);
    if (temperature !== 1) expect(found?.error).toBeGreaterThan(0.1);
  });

  it("bears scores of 1 that are wrong, and of 0 that are right", () => {
    const found = calibrationOf([wrong(1), right(0), right(1), wrong(0.5)]);
    expect(Number.isFinite(found?.temperature)).toBe(true);
    expect(found?.error).toBeGreaterThan(0);
  });
});
