import type { Example } from "../core/document.js";
import type { Provenance } from "./corpora/reader.js";
import { drawDistinct } from "./draw-distinct.js";
import type { Random } from "./random.js";
import type { ForeignFilter } from "./regularisation/foreign-filter.js";
import { mayBeForeign } from "./regularisation/foreign-filter.js";

/** A number, or a range from which each prompt draws its own, ends included. */
export type Quantity = number | { readonly min: number; readonly max: number };

/** Which labels a prompt asks for, and in which order (the paper's class order shuffling and external entities). */
export interface SamplingSettings {
  /** Whether the labels of each prompt stand in random order; otherwise in the order of the set, foreign ones last. */
  readonly shuffle: boolean;
  /**
   * How many of the set's labels that do not occur in the sentence are asked for: all, or a random so many. Those
   * that the annotation names as absent come before others, of which nobody may have looked for them.
   */
  readonly absent: "all" | Quantity;
  /** How many labels of other sets are asked for too. A set's annotators did not look for them: a guess at "absent". */
  readonly foreign: Quantity;
  /** Which foreign labels are too likely to be there. Default: none. */
  readonly foreignWithout?: ForeignFilter | undefined;
  /**
   * The most labels that a prompt asks for. Absent and foreign ones give way, never those of mentions, so that a
   * sentence of more labels still asks for all of its own. Default: no limit.
   */
  readonly maxLabels?: number | undefined;
}

/** What a prompt is made for. */
type Asking = Pick<Example, "labels" | "gold"> & Pick<Provenance, "absent">;

/** Whether a label means the same as one of the given ones. */
type Alike = (present: readonly string[]) => (label: string) => boolean;

/**
 * The labels that the prompt of an example asks for. The labels of its mentions are always among them. A prompt needs
 * one label at least: a sentence without mentions gets one absent label even where `absent` is 0.
 * Numbers beyond what there is mean all of it. `dropped` labels are not asked for: their mentions are there, but not
 * in the target. Of `foreign`, the example's own labels are never taken, nor those that `alike`, of the labels of all its
 * mentions, says to mean the same as one of them.
 */
export function promptLabels(
  example: Asking,
  foreign: readonly string[],
  settings: SamplingSettings,
  random: Random,
  dropped: readonly string[] = [],
  alike: Alike = () => () => false,
): string[] {
  if (asksForAll(settings) && dropped.length === 0 && example.labels.length > 0) {
    return settings.shuffle ? random.shuffle(example.labels) : [...example.labels];
  }
  const present = new Set(example.gold.map(({ label }) => label));
  const absent = example.labels.filter((label) => !present.has(label) && !dropped.includes(label));
  const named = example.absent ?? [];
  const room = Math.max(0, (settings.maxLabels ?? Infinity) - present.size);
  const wantedAbsent = settings.absent === "all" ? absent.length : draw(settings.absent, random);
  const wantedForeign = draw(settings.foreign, random);
  const takeForeign = (count: number) =>
    sampleForeign(example, dropped, foreign, settings.foreignWithout, alike, count, random);
  const ownAbsent =
    wantedAbsent >= absent.length ? absent : sampleAbsent(absent, named, wantedAbsent, random);
  const fromOthers = takeForeign(wantedForeign);
  const kept = new Set(withinRoom(ownAbsent, fromOthers, named, room, random));
  const own = example.labels.filter((label) => present.has(label) || kept.has(label));
  const labels = [...own, ...fromOthers.filter((label) => kept.has(label))];
  if (labels.length === 0) {
    const own = sampleAbsent(absent, named, 1, random);
    return own.length > 0 ? own : takeForeign(1);
  }
  return settings.shuffle ? random.shuffle(labels) : labels;
}

/** Whether prompts ask for all labels of the set and no others: then nothing is drawn but their order. */
export function asksForAll({ absent, foreign, maxLabels }: SamplingSettings): boolean {
  return absent === "all" && foreign === 0 && maxLabels === undefined;
}

function draw(quantity: Quantity, random: Random): number {
  return typeof quantity === "number"
    ? quantity
    : quantity.min + random.below(quantity.max - quantity.min + 1);
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

function sampleForeign(
  { labels, gold }: Asking,
  dropped: readonly string[],
  foreign: readonly string[],
  filter: ForeignFilter | undefined,
  alike: Alike,
  count: number,
  random: Random,
): string[] {
  if (count === 0) return [];
  const own = new Set([...labels, ...dropped].map((label) => label.toLowerCase()));
  const present = [...gold.map(({ label }) => label), ...dropped];
  const isAllowed = filter === undefined ? () => true : mayBeForeign(filter, present);
  const isAlike = alike(present);
  return drawDistinct(
    foreign,
    count,
    (label) => !own.has(label.toLowerCase()) && isAllowed(label) && !isAlike(label),
    random,
  );
}

/** Labels that are known to be absent stay before those that are only taken to be. */
function withinRoom(
  absent: readonly string[],
  foreign: readonly string[],
  named: readonly string[],
  room: number,
  random: Random,
): readonly string[] {
  const all = [...absent, ...foreign];
  return all.length <= room ? all : sampleAbsent(all, named, room, random);
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
