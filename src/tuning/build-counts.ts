import type { ChunkCounts } from "./counts.js";
import { Counter } from "./counts.js";
import type { Manifest, OutputManifest } from "./manifest.js";
import { planSettings, splitCounts } from "./manifest.js";
import type { OpenSet } from "./open-set.js";
import type { WrittenShard } from "./output/row-writer.js";
import type { OutputName } from "./output/shards.js";
import { outputNames } from "./output/shards.js";
import type { Plan, Split } from "./plan.js";
import type { Unit } from "./units.js";

/** What a build gave so far, for each unit. */
export class BuildCounts {
  private readonly counters: readonly Counter[];

  constructor(private readonly units: readonly Unit[]) {
    this.counters = units.map(() => new Counter());
  }

  add(unit: number, counts: ChunkCounts): void {
    this.counters[unit]?.add(counts);
  }

  get rows(): number {
    return this.counters.reduce((sum, { rows }) => sum + rows, 0);
  }

  manifest(
    plan: Plan,
    sets: readonly OpenSet[],
    fingerprint: string,
    shards: readonly WrittenShard[],
  ): Manifest {
    return {
      version: 2,
      fingerprint,
      plan: planSettings(plan),
      lengthUnit: plan.tokens === undefined ? "characters" : "tokens",
      sets: sets.map((set) => {
        const licence = plan.sets.find(({ name }) => name === set.name)?.licence;
        return {
          name: set.name,
          ...(licence === undefined ? {} : { licence }),
          labels: set.labels,
          splits: this.splitsOf(plan, set),
        };
      }),
      outputs: outputsOf(shards),
      heldOut: this.counters.flatMap(({ counts }) => counts.heldOut),
      refused: this.counters.flatMap(({ counts }) => counts.refused),
    };
  }

  private splitsOf(plan: Plan, set: OpenSet): Manifest["sets"][number]["splits"] {
    const hasValidation = (split: Split) => split === "train" && plan.output.validation !== undefined;
    return Object.fromEntries(
      this.units.flatMap((unit, i) => {
        const source = set.sources.get(unit.split);
        const counter = this.counters[i];
        if (unit.set.name !== set.name || source === undefined || counter === undefined) return [];
        return [
          [unit.split, splitCounts(source.files, set.labels, counter.counts, hasValidation(unit.split))],
        ];
      }),
    );
  }
}

function outputsOf(shards: readonly WrittenShard[]): Partial<Record<OutputName, OutputManifest>> {
  return Object.fromEntries(
    outputNames.flatMap((name) => {
      const files = shards.filter(({ output }) => output === name);
      if (files.length === 0) return [];
      const rows = files.reduce((sum, file) => sum + file.rows, 0);
      return [[name, { rows, files: files.map(({ output: _output, ...file }) => file) }]];
    }),
  );
}
