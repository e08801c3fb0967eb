/** How many mentions were found, predicted and annotated. Counts of documents add up; ratios do not. */
export interface Counts {
  /** Predicted mentions that are gold mentions. */
  readonly correct: number;
  readonly predicted: number;
  readonly gold: number;
}

/** Fractions from 0 to 1. */
export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export const noCounts: Counts = { correct: 0, predicted: 0, gold: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    correct: a.correct + b.correct,
    predicted: a.predicted + b.predicted,
    gold: a.gold + b.gold,
  };
}
