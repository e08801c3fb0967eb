import type { Manifest } from "./manifest.js";
import { SplitCounter, startManifest } from "./manifest.js";
import type { OpenSet } from "./open-set.js";
import { checkSources, openSet } from "./open-set.js";
import { OutputFolder, splitFile } from "./output-folder.js";
import type { Plan, Split } from "./plan.js";
import { splits } from "./plan.js";
import { drawExamples, RowMaker } from "./row-maker.js";

/** How far a build is. `rows` counts the sentences done in all splits, refused ones too. */
export interface BuildProgress {
  readonly set: string;
  readonly split: Split;
  readonly rows: number;
}

export interface BuildOptions {
  /** Replaces a data set that the folder holds. Default false: InputError. */
  readonly overwrite?: boolean;
  /** Stops the build between two rows: its reason is thrown, nothing of the build is left. */
  readonly signal?: AbortSignal;
  /** Called every thousand rows and at the end of each file. */
  readonly onProgress?: (progress: BuildProgress) => void;
}

/**
 * Builds `<outFolder>/<split>.jsonl` and `manifest.json` of a plan: rows in corpus order, one set after the other,
 * streamed. Whatever goes wrong, files under their final names are whole. Sentences that cannot be rows are listed
 * in the manifest, which also counts what readers left out or settled. Throws InputError and FormatError for sources, labels and folders that do not fit.
 */
export async function buildDataset(
  plan: Plan,
  outFolder: string,
  options: BuildOptions = {},
): Promise<Manifest> {
  const { signal } = options;
  await checkSources(plan);
  const output = await OutputFolder.open(outFolder, options.overwrite ?? false);
  try {
    const sets: OpenSet[] = [];
    for (const set of plan.sets) sets.push(await openSet(plan, set, signal));
    const manifest = await writeRows(plan, sets, output, options);
    signal?.throwIfAborted();
    await output.publish(manifest);
    return manifest;
  } catch (error) {
    await output.discard();
    throw error;
  }
}

async function writeRows(
  plan: Plan,
  sets: readonly OpenSet[],
  output: OutputFolder,
  options: BuildOptions,
): Promise<Manifest> {
  const manifest = startManifest(plan, sets);
  const maker = new RowMaker(plan, sets);
  let done = 0;
  for (const split of splits) {
    if (!sets.some(({ sources }) => sources.has(split))) continue;
    const file = await output.create(splitFile(split));
    let rows = 0;
    for (const [i, set] of sets.entries()) {
      const source = set.sources.get(split);
      if (source === undefined) continue;
      const counter = new SplitCounter(set.labels);
      const report = () => options.onProgress?.({ set: set.name, split, rows: done });
      for await (const draw of drawExamples(plan, set, split, (entry) => counter.leaveOut(entry))) {
        options.signal?.throwIfAborted();
        if (draw.round === 0) counter.read(draw.example);
        if (!draw.isDrawn) continue;
        for (const made of maker.rows(set, split, draw)) {
          if ("row" in made) {
            await file.write(made.row);
            counter.addRow(made);
          } else {
            counter.refused++;
            manifest.refused.push({ id: made.id, reason: made.refused });
          }
        }
        if (++done % 1000 === 0) report();
      }
      report();
      rows += counter.rows;
      const entry = manifest.sets[i];
      if (entry !== undefined) entry.splits[split] = counter.counts(source.name, source.sha256);
    }
    manifest.outputs[split] = { file: splitFile(split), rows, sha256: await file.close() };
  }
  return manifest;
}
