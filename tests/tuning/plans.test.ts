import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { development } from "../../eval/development-suite.js";
import { zeroShot } from "../../eval/suites.js";
import { buildDataset } from "../../src/tuning/build.js";
import type { Plan } from "../../src/tuning/plan.js";
import { filesOf, readPlan, splits } from "../../src/tuning/plan.js";
import { missing } from "../support/shared.js";
import { testFolder } from "./support.js";

const folder = fileURLToPath(new URL("../../plans/", import.meta.url));
const ready = ["task-adaptation", "zero-shot", "supervised", "builtin", "mit-restaurant-500"];

/** The same plan on the first sentences of each set: what it reads, names, refuses and removes is unchanged. */
function slice(plan: Plan): Plan {
  return {
    ...plan,
    ...(plan.mixture === undefined ? {} : { mixture: { ...plan.mixture, rows: 2000 } }),
    sets: plan.sets.map((set) => ({
      ...set,
      maxRows: 50,
      ...(set.repeat === true ? { rows: 100 } : {}),
    })),
  };
}

/** `crossner_ai` of `../../shared/data/crossner_ai/test.txt`. */
function corpusOf(path: string): string {
  return /\/data\/([^/]+)\//.exec(path)?.[1] ?? path;
}

describe("ready plans", () => {
  it("are the plans of the folder", async () => {
    const plans = (await readdir(folder)).filter(
      (file) => file.endsWith(".yaml") && file !== "synonyms.yaml",
    );
    expect(plans.sort()).toEqual(ready.map((name) => `${name}.yaml`).sort());
  });

  it.for(ready)(
    "%s: every set has a licence and gives rows",
    { timeout: 300_000 },
    async (name, { skip }) => {
      skip(missing("data"));
      const plan = slice(await readPlan(`${folder}${name}.yaml`));
      const manifest = await buildDataset(plan, await testFolder());
      for (const { name: set, licence, splits: built } of manifest.sets) {
        expect(licence, set).toBeTruthy();
        for (const counts of Object.values(built)) expect(counts.rows, set).toBeGreaterThan(0);
      }
      // Documents of redocred mark some words twice.
      expect(manifest.refused.filter(({ id }) => !id.startsWith("redocred-"))).toEqual([]);
    },
  );

  it("builtin: nothing that models are chosen by or tested on, nothing of an unfit licence", async () => {
    const plan = await readPlan(`${folder}builtin.yaml`);
    const corpora = plan.sets.flatMap((set) => splits.flatMap((split) => filesOf(set, split).map(corpusOf)));
    const suites = [...zeroShot.datasets, ...development.datasets].map(({ file }) =>
      corpusOf(`/data/${file}`),
    );
    expect(corpora.filter((corpus) => suites.includes(corpus) || corpus === "mit_movie_trivia")).toEqual([]);
    for (const { name, licence } of plan.sets) {
      expect(licence, name).not.toMatch(/NC|none stated|research/);
    }
    const heldOut = plan.heldOut.files.map(({ file }) => file.replace("../../shared/data/", ""));
    expect(heldOut.sort()).toEqual(
      [...zeroShot.datasets, ...development.datasets].map(({ file }) => file).sort(),
    );
  });

  it("zero-shot: the files and label names of the zero-shot suite", async () => {
    const plan = await readPlan(`${folder}zero-shot.yaml`);
    const files = plan.sets.map((set) =>
      filesOf(set, "test").map((path) => path.replace("../../shared/data/", "")),
    );
    expect(files).toEqual(zeroShot.datasets.map(({ file }) => [file]));
    expect(plan.sets.map(({ labelNames }) => labelNames)).toEqual(
      zeroShot.datasets.map(({ labelNames }) => labelNames),
    );
  });
});
