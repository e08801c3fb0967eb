import type { Entity, Example } from "../../core/document.js";
import type { Random } from "../random.js";

/** An example that is asked for some of its labels only. */
export interface DroppedLabels<E extends Example> {
  /** Mentions of the dropped labels are not in its gold. */
  readonly example: E;
  readonly labels: readonly string[];
  readonly mentions: readonly Entity[];
}

/**
 * Label dropping: with the probability, a random part of the labels that the sentence has is asked for, at least one
 * of them and not all. Mentions of the others are no entities of that prompt. A sentence of one label keeps it.
 */
export function dropLabels<E extends Example>(
  example: E,
  probability: number,
  random: Random,
): DroppedLabels<E> {
  const present = [...new Set(example.gold.map(({ label }) => label))];
  if (present.length < 2 || !random.chance(probability)) return { example, labels: [], mentions: [] };
  const kept = new Set(random.sample(present, 1 + random.below(present.length - 1)));
  return {
    example: { ...example, gold: example.gold.filter(({ label }) => kept.has(label)) },
    labels: present.filter((label) => !kept.has(label)),
    mentions: example.gold.filter(({ label }) => !kept.has(label)),
  };
}
