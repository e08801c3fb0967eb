import type { CorpusExample } from "./corpora/reader.js";
import type { Manifest } from "./manifest.js";
import { SplitCounter, startManifest } from "./manifest.js";
import type { OpenSet } from "./open-set.js";
import { checkSources, openSet } from "./open-set.js";
import { OutputFolder, splitFile } from "./output-folder.js";
import type { Plan, Split } from "./plan.js";
import { splits } from "./plan.js";
import { Random } from "./random.js";
import type { RowResult } from "./rows.js";
import { buildRow } from "./rows.js";
import { foreignLabels, promptLabels } from "./sampling.js";

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
      const examples = source.corpus.examples({
        idPrefix: `${set.name}-${split}`,
        labels: set.labels,
        nameLabel: set.nameLabel,
        onLeftOut: (entry) => counter.leaveOut(entry),
      });
      for await (const { example, result } of rowsOf(plan, sets, set, split, examples)) {
        options.signal?.throwIfAborted();
        counter.read(example);
        if ("row" in result) {
          await file.write(result.row);
          counter.addRow(example);
        } else {
          counter.refused++;
          manifest.refused.push({ id: example.doc.id, reason: result.refused });
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

/** The examples of one split of one set with their rows. Each draws from a stream of its own, named by its place. */
async function* rowsOf(
  plan: Plan,
  sets: readonly OpenSet[],
  set: OpenSet,
  split: Split,
  examples: AsyncIterable<CorpusExample>,
): AsyncGenerator<{ example: CorpusExample; result: RowResult }> {
  const others = sets.filter((other) => other !== set).map(({ labels }) => labels);
  const foreign = foreignLabels(set.labels, others);
  let index = 0;
  for await (const example of examples) {
    const random = new Random(plan.seed, set.name, split, index);
    const asked = promptLabels(example, foreign, plan.sampling, random);
    yield { example, result: buildRow(example, asked, set.name, plan) };
    if (++index === set.maxRows) return;
  }
}
