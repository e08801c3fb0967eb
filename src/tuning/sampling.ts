import type { Example } from "../core/document.js";
import type { Provenance } from "./corpora/reader.js";
import { drawDistinct } from "./draw-distinct.js";
import type { Random } from "./random.js";

/** Which labels a prompt asks for, and in which order (the paper's class order shuffling and external entities). */
export interface SamplingSettings {
  /** Whether the labels of each prompt stand in random order; otherwise in the order of the set, foreign ones last. */
  readonly shuffle: boolean;
  /**
   * How many of the set's labels that do not occur in the sentence are asked for: all, or a random so many. Those
   * that the annotation names as absent come before others, of which nobody may have looked for them.
   */
  readonly absent: "all" | number;
  /** How many labels of other sets are asked for too. A set's annotators did not look for them: a guess at "absent". */
  readonly foreign: number;
}

/**
 * The labels that the prompt of an example asks for. The labels of its mentions are always among them. A prompt needs
 * one label at least: a sentence without mentions gets one absent label even where `absent` is 0.
 * Numbers beyond what there is mean all of it. Of `foreign`, the example's own labels are never taken.
 */
export function promptLabels(
  example: Example & Pick<Provenance, "absent">,
  foreign: readonly string[],
  settings: SamplingSettings,
  random: Random,
): string[] {
  const present = new Set(example.gold.map(({ label }) => label));
  const absent = example.labels.filter((label) => !present.has(label));
  const sampled = (count: number) => sampleAbsent(absent, example.absent ?? [], count, random);
  const kept = new Set(settings.absent === "all" ? absent : sampled(settings.absent));
  const own = example.labels.filter((label) => present.has(label) || kept.has(label));
  const known = new Set(example.labels.map((label) => label.toLowerCase()));
  const isForeign = (label: string) => !known.has(label.toLowerCase());
  const labels = [...own, ...drawDistinct(foreign, settings.foreign, isForeign, random)];
  if (labels.length === 0) return sampled(1);
  return settings.shuffle ? random.shuffle(labels) : labels;
}

/** Named labels first: for them it is known that the sentence has none. Other names than the set's are not asked for. */
function sampleAbsent(
  absent: readonly string[],
  named: readonly string[],
  count: number,
  random: Random,
): string[] {
  const known = new Set(named);
  const first = random.sample(
    absent.filter((label) => known.has(label)),
    count,
  );
  const others = absent.filter((label) => !known.has(label));
  return [...first, ...random.sample(others, count - first.length)];
}

/**
 * The labels of other sets that a set does not have itself, without repeats and in order. Labels that differ in case
 * alone are the same to a model.
 */
export function foreignLabels(own: readonly string[], others: readonly (readonly string[])[]): string[] {
  const seen = new Set(own.map((label) => label.toLowerCase()));
  return others.flat().filter((label) => {
    const folded = label.toLowerCase();
    if (seen.has(folded)) return false;
    seen.add(folded);
    return true;
  });
}
