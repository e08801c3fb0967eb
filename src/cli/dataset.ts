import { Command } from "commander";
import { InputError } from "../core/errors.js";
import { buildDataset } from "../tuning/build.js";
import type { Manifest } from "../tuning/manifest.js";
import type { FolderMode } from "../tuning/output/output-folder.js";
import { readPlan, splits } from "../tuning/plan.js";
import type { RemarkCount } from "../tuning/remark-counts.js";
import { alignColumns } from "./columns.js";
import { withCount } from "./count-bar.js";
import { checkCommand } from "./dataset-check.js";
import { convertCommand } from "./dataset-convert.js";
import { inspectCommand } from "./dataset-inspect.js";
import { positiveInteger } from "./positive-numbers.js";
import { keepYoungGenerationSmall } from "./young-generation.js";

/** What the command needs from outside. */
export interface DatasetCommandSetup {
  /** Stops a build; nothing of it is left under its final name. */
  readonly signal: AbortSignal;
}

interface BuildFlags {
  readonly output: string;
  readonly overwrite?: true;
  readonly resume?: true;
  readonly workers: number;
  readonly seed?: string;
  readonly json?: true;
}

const examples = `
Examples:
  $ gner dataset build examples/plan.yaml -o out/data
  $ gner dataset build plan.yaml -o out/data --overwrite --seed 7
  $ gner dataset build plan.yaml -o out/data --json > manifest.json

  $ gner dataset build plan.yaml -o out/data --workers 2 --resume

DIR gets train.jsonl, dev.jsonl and test.jsonl, as far as the plan names files for them (packed, in shards and with
validation.jsonl where the plan says so under output), and manifest.json:
counts for each set, split and label, hashes of sources and outputs, the sentences that cannot be rows, and what
was left out or settled in reading, by kind. A build that was stopped or killed, or met a full disk, goes on with
--resume and gives what it would have given.
The same plan and seed give the same bytes.`;

/** `gner dataset`: a look at NER corpora, and instruction data from them. */
export function datasetCommand({ signal }: DatasetCommandSetup): Command {
  const dataset = new Command("dataset").description(
    "look at NER corpora, and make instruction data from them",
  );
  dataset
    .command("build")
    .description("build the JSONL rows of a plan")
    .argument("<plan>", "YAML file: seed, row form, prompt style, data sets")
    .requiredOption("-o, --output <dir>", "folder for the rows and their manifest")
    .option("--resume", "go on with a build that broke off in the folder")
    .option("--overwrite", "replace the data set, or the build that broke off, in the folder")
    .option(
      "--workers <n>",
      "threads that make rows, for plans whose rows take work, such as counting tokens; the rows stay the same",
      positiveInteger("--workers"),
      1,
    )
    .option("--seed <seed>", "instead of the plan's seed: a whole number or text")
    .option("--json", "print the manifest as JSON instead of a table on stderr")
    .addHelpText("after", examples)
    .action((plan: string, flags: BuildFlags) => build(plan, flags, signal));
  return dataset
    .addCommand(inspectCommand(signal))
    .addCommand(convertCommand(signal))
    .addCommand(checkCommand(signal));
}

async function build(planFile: string, flags: BuildFlags, signal: AbortSignal): Promise<void> {
  const mode = folderMode(flags);
  if (flags.workers === 1) keepYoungGenerationSmall();
  const fromFile = await readPlan(planFile);
  const plan = flags.seed === undefined ? fromFile : { ...fromFile, seed: flags.seed };
  const manifest = await withCount("0 rows  reading labels", (show) =>
    buildDataset(plan, flags.output, {
      mode,
      workers: flags.workers,
      signal,
      onProgress: ({ rows, set, split }) => show(`${rows} rows  ${set} ${split}`),
    }),
  ).finally(() => {
    if (signal.aborted)
      process.stderr.write(`What is built stays in ${flags.output}: --resume goes on with it.\n`);
  });
  if (flags.json) process.stdout.write(`${JSON.stringify(manifest, null, 2)}\n`);
  else process.stderr.write(summary(manifest, flags.output));
}

function folderMode({ resume, overwrite }: BuildFlags): FolderMode {
  if (resume && overwrite) throw new InputError("--resume goes on and --overwrite starts anew: choose one");
  if (resume) return "resume";
  return overwrite ? "overwrite" : "fresh";
}

function summary(manifest: Manifest, folder: string): string {
  const rows = manifest.sets.flatMap((set) =>
    splits.flatMap((split) => {
      const counts = set.splits[split];
      if (counts === undefined) return [];
      const mentions = Object.values(counts.mentions).reduce((sum, count) => sum + count, 0);
      return [[set.name, split, counts.rows, counts.refused, mentions, set.labels.length].map(String)];
    }),
  );
  const table = alignColumns([["set", "split", "rows", "refused", "mentions", "labels"], ...rows], 2);
  const notes = [
    refusedLine(manifest.refused.length),
    heldOutLine(manifest),
    untrainedLine(manifest),
    readingLine(manifest),
  ];
  return `${table}\n${notes.join("")}Written to ${folder}\n`;
}

/** Says how much was kept out of training; the manifest says which. */
function heldOutLine({ heldOut }: Manifest): string {
  const count = heldOut.length;
  return count === 0 ? "" : `Held out of training for their texts: ${count}. manifest.json lists them.\n`;
}

/** A set without a train file in a plan that trains may be one for a test, or a mistake. */
function untrainedLine({ sets, outputs }: Manifest): string {
  const untrained = sets.filter((set) => set.splits.train === undefined).map(({ name }) => name);
  if (outputs.train === undefined || untrained.length === 0) return "";
  return `Without a train file, and so without training rows: ${untrained.join(", ")}\n`;
}

function refusedLine(count: number): string {
  if (count === 0) return "";
  if (count === 1) return "1 sentence cannot be a row: manifest.json lists it.\n";
  return `${count} sentences, or parts of long ones, cannot be rows: manifest.json lists them.\n`;
}

/** Says that reading was not smooth; the manifest says where. */
function readingLine({ sets }: Manifest): string {
  const all = sets.flatMap((set) => splits.flatMap((split) => set.splits[split] ?? []));
  const total = (counts: readonly RemarkCount[]) => counts.reduce((sum, { count }) => sum + count, 0);
  const leftOut = total(all.flatMap((counts) => counts.leftOut));
  const remarks = total(all.flatMap((counts) => counts.remarks));
  if (leftOut + remarks === 0) return "";
  return `Reading: entries left out ${leftOut}, remarks ${remarks}. manifest.json counts them by kind.\n`;
}
