import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Example } from "../src/core/document.js";
import { excerpt, InputError } from "../src/core/errors.js";
import { corpusFile, labelNaming } from "../src/tuning/corpora/corpus.js";
import { labelsOf, type Suite, type SuiteDataset } from "./suites.js";

/** A data set in memory, ready to be run. */
export interface EvalSet {
  readonly dataset: string;
  /** What the recognizer is asked for. */
  readonly labels: readonly string[];
  readonly examples: readonly Example[];
}

/**
 * Reads the data sets of a suite from the folder `dataDir`, of each the first `limit` sentences (default: all). All
 * are read before any is run: a fault in the last file should not show after an hour. Throws InputError that names
 * all missing files, and FormatError (file, line) for a file that is not what the suite says.
 */
export async function loadSuite(suite: Suite, dataDir: string, limit = Infinity): Promise<EvalSet[]> {
  const absent = suite.datasets.map(({ file }) => file).filter((file) => !existsSync(join(dataDir, file)));
  if (absent.length > 0) {
    throw new InputError(`suite ${suite.name}: there is no ${absent.join(", ")} in ${dataDir}`);
  }
  const sets: EvalSet[] = [];
  for (const dataset of suite.datasets) sets.push(await loadDataset(dataset, dataDir, limit));
  return sets;
}

/** A suite of some of its data sets, in its own order. Throws InputError for a name that it has not. */
export function onlyDatasets(suite: Suite, names: readonly string[]): Suite {
  const known = suite.datasets.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new InputError(
      `suite ${suite.name} has no data set ${excerpt(unknown)}: it has ${known.join(", ")}`,
    );
  }
  return { ...suite, datasets: suite.datasets.filter(({ name }) => names.includes(name)) };
}

async function loadDataset(dataset: SuiteDataset, dataDir: string, limit: number): Promise<EvalSet> {
  const labels = labelsOf(dataset);
  const settings = { idPrefix: dataset.name, labels, nameLabel: labelNaming(dataset.labelNames) };
  const examples: Example[] = [];
  let index = 0;
  for await (const example of corpusFile(join(dataDir, dataset.file), dataset.format).examples(settings)) {
    if (examples.length >= limit) break;
    if (index++ % (dataset.every ?? 1) === 0) examples.push(example);
  }
  return { dataset: dataset.name, labels, examples };
}
