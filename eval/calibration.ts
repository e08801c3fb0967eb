import type { Entity } from "../src/core/document.js";
import { entityKey } from "./strict.js";

/** How far scores are from the share of entities that are right, and which temperature would bring them near. */
export interface Calibration {
  /** Predicted entities that have a score. */
  readonly entities: number;
  /**
   * Expected calibration error, from 0 to 1: over ten bins of equal width, the distance between the mean score and the
   * share of strictly correct entities, weighted by the entities of the bin.
   */
  readonly error: number;
  /**
   * The temperature that fits best (least log loss): a score becomes `score ** (1 / temperature)`. It counts from the
   * scores as they are, so a model whose `scoreTemperature` is not 1 gets the product of both. To be taken from
   * development data only.
   */
  readonly temperature: number;
  /** The expected calibration error that the temperature would leave on the same entities. */
  readonly errorAtTemperature: number;
}

interface Outcome {
  readonly score: number;
  readonly correct: boolean;
}

const binCount = 10;
/** Scores of 1 that are wrong would cost an endless log loss. */
const highestScore = 1 - 1e-6;
const temperatures = { lowest: 0.05, highest: 20 };

/** Collects the scores of predicted entities, and whether they are right. */
export class CalibrationTally {
  private readonly outcomes: Outcome[] = [];

  /** An entity that is given twice counts once; one without a score does not count. */
  add(gold: readonly Entity[], predicted: readonly Entity[]): void {
    const goldKeys = new Set(gold.map(entityKey));
    const seen = new Set<string>();
    for (const entity of predicted) {
      const key = entityKey(entity);
      if (entity.score === undefined || seen.has(key)) continue;
      seen.add(key);
      this.outcomes.push({ score: entity.score, correct: goldKeys.has(key) });
    }
  }

  /** Null where no entity had a score. */
  result(): Calibration | null {
    const { outcomes } = this;
    if (outcomes.length === 0) return null;
    const temperature = bestTemperature(outcomes);
    return {
      entities: outcomes.length,
      error: expectedError(outcomes),
      temperature,
      errorAtTemperature: expectedError(
        outcomes.map(({ score, correct }) => ({ score: score ** (1 / temperature), correct })),
      ),
    };
  }
}

function expectedError(outcomes: readonly Outcome[]): number {
  const sums = new Float64Array(binCount);
  for (const { score, correct } of outcomes) {
    const bin = Math.min(binCount - 1, Math.floor(score * binCount));
    sums[bin] = (sums[bin] ?? 0) + score - (correct ? 1 : 0);
  }
  return sums.reduce((total, sum) => total + Math.abs(sum), 0) / outcomes.length;
}

/** The loss is convex in 1 / temperature: golden-section search finds its one lowest place. */
function bestTemperature(outcomes: readonly Outcome[]): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  let low = 1 / temperatures.highest;
  let high = 1 / temperatures.lowest;
  while (high - low > 1e-5) {
    const [left, right] = [high - golden * (high - low), low + golden * (high - low)];
    if (logLoss(outcomes, left) < logLoss(outcomes, right)) high = right;
    else low = left;
  }
  return Math.round((2 / (low + high)) * 1000) / 1000;
}

function logLoss(outcomes: readonly Outcome[], power: number): number {
  let loss = 0;
  for (const { score, correct } of outcomes) {
    const probability = Math.min(highestScore, Math.max(score, Number.MIN_VALUE) ** power);
    loss -= correct ? Math.log(probability) : Math.log1p(-probability);
  }
  return loss;
}
