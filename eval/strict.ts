import type { Entity } from "../src/core/document.js";
import { addCounts, type Counts, noCounts, type Scores } from "./counts.js";

/**
 * Counts of one document, by label. A prediction is correct where a gold entity has the same label and the same
 * parts: a discontinuous entity all of them, a nested one its own. An entity that is given twice counts once. Labels
 * that are neither predicted nor annotated have no row.
 */
export function strictCountsByLabel(
  gold: readonly Entity[],
  predicted: readonly Entity[],
): ReadonlyMap<string, Counts> {
  const counts = new Map<string, Counts>();
  const add = (label: string, more: Counts) =>
    counts.set(label, addCounts(counts.get(label) ?? noCounts, more));
  const goldByKey = distinct(gold);
  const predictedByKey = distinct(predicted);
  for (const label of goldByKey.values()) add(label, { correct: 0, predicted: 0, gold: 1 });
  for (const [key, label] of predictedByKey) {
    add(label, { correct: goldByKey.has(key) ? 1 : 0, predicted: 1, gold: 0 });
  }
  return counts;
}

/** Counts of one document over all labels (micro), by the rule of `strictCountsByLabel`. */
export function strictCounts(gold: readonly Entity[], predicted: readonly Entity[]): Counts {
  return [...strictCountsByLabel(gold, predicted).values()].reduce(addCounts, noCounts);
}

/** Micro precision, recall and F1 of added counts; 0/0 is 0. */
export function strictScores({ correct, predicted, gold }: Counts): Scores {
  return {
    precision: ratio(correct, predicted),
    recall: ratio(correct, gold),
    f1: ratio(2 * correct, predicted + gold),
  };
}

/** Equal for the same entity alone: position first, since a label may hold any character. */
export function entityKey({ label, parts }: Entity): string {
  return `${parts.map(({ start, end }) => `${start}-${end}`).join(",")} ${label}`;
}

/** The label of each distinct entity by its key. */
function distinct(entities: readonly Entity[]): Map<string, string> {
  return new Map(entities.map((entity) => [entityKey(entity), entity.label]));
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
