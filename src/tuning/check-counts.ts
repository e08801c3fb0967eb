import type { CheckedManifest } from "./check-manifest.js";
import type { OutputName } from "./output/shards.js";
import { type Split, splits } from "./plan.js";

/** What the rows of one output hold, as they were read. */
export class OutputCounts {
  rows = 0;
  readonly mentions = new Map<string, number>();

  add(labels: Iterable<string>): void {
    this.rows++;
    for (const label of labels) this.mentions.set(label, (this.mentions.get(label) ?? 0) + 1);
  }
}

/** In what the rows differ from the manifest's counts of rows and mentions, in words. */
export function countFaults(
  manifest: CheckedManifest,
  read: ReadonlyMap<OutputName, OutputCounts>,
): string[] {
  return splits.flatMap((split) => splitFaults(manifest, split, read));
}

/** The manifest counts a validation share with the split that it is taken from. */
function splitFaults(
  manifest: CheckedManifest,
  split: Split,
  read: ReadonlyMap<OutputName, OutputCounts>,
): string[] {
  const outputs = (split === "train" ? (["train", "validation"] as const) : [split]).flatMap(
    (name) => read.get(name) ?? [],
  );
  const built = manifest.sets.flatMap((set) => set.splits[split] ?? []);
  if (outputs.length === 0 && built.length === 0) return [];
  const faults: string[] = [];
  const compare = (what: string, found: number, expected: number) => {
    if (found !== expected) faults.push(`${split}: ${found} ${what}, but the manifest counts ${expected}`);
  };
  compare("rows", sum(outputs.map(({ rows }) => rows)), sum(built.map(({ rows }) => rows)));
  const found = totals(outputs.map(({ mentions }) => mentions));
  const expected = totals(built.map(({ mentions }) => new Map(Object.entries(mentions))));
  // With synonyms, rows have other names for the labels that the manifest counts.
  if (manifest.plan.synonyms !== undefined) {
    compare("mentions", sum(found.values()), sum(expected.values()));
    return faults;
  }
  for (const label of new Set([...found.keys(), ...expected.keys()])) {
    compare(`mentions of ${JSON.stringify(label)}`, found.get(label) ?? 0, expected.get(label) ?? 0);
  }
  return faults;
}

function totals(all: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const total = new Map<string, number>();
  for (const counts of all) {
    for (const [label, count] of counts) total.set(label, (total.get(label) ?? 0) + count);
  }
  return total;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
