import cliProgress from "cli-progress";
import { Command, Option } from "commander";
import { development } from "../../eval/development-suite.js";
import { loadSuite, onlyDatasets } from "../../eval/load.js";
import { PredictionsFile } from "../../eval/predictions-file.js";
import { markdownReport, textReport } from "../../eval/report.js";
import { type EvalProgress, type EvalResult, evaluate } from "../../eval/run.js";
import { zeroShot } from "../../eval/suites.js";
import { InputError, ModelError } from "../core/errors.js";
import type { JournalMode, RunSettings } from "../files/journal.js";
import type { LoadOptions } from "../serve/gner.js";
import type { Recognizer } from "../serve/recognize/recognizer.js";
import { version } from "../tuning/version.js";
import {
  addModelFlags,
  concurrencyOf,
  loadOptions,
  type ModelFlags,
  modelHelp,
  modelSettings,
} from "./model-flags.js";
import { positiveInteger } from "./positive-numbers.js";
import { addResumeFlags, journalMode, type ResumeFlags } from "./resume-flags.js";
import { addStatsFlags, reportStats, type StatsFlags } from "./stats.js";

/** What the command needs from outside. */
export interface EvalCommandSetup {
  readonly signal: AbortSignal;
  /** The command closes what it gets. */
  readonly loadRecognizer: (options: LoadOptions) => Promise<Recognizer>;
}

interface EvalFlags extends ModelFlags, ResumeFlags, StatsFlags {
  readonly suite: string;
  readonly data: string;
  readonly dataset?: readonly string[];
  readonly limit?: number;
  readonly json?: true;
  readonly markdown?: true;
  readonly predictions?: string;
}

const suites = [zeroShot, development];

const examples = `
Examples:
  $ gner eval --suite zero-shot --data DIR
  $ gner eval --suite zero-shot --data DIR --limit 100 --json
  $ gner eval --suite zero-shot --data DIR --dataset mit-movie mit-restaurant
  $ gner eval --suite zero-shot --data DIR --beams 4 --predictions rows.jsonl
  $ gner eval --suite zero-shot --data DIR --predictions rows.jsonl --resume
  $ gner eval --suite zero-shot --data DIR --limit 20 --model openai:http://127.0.0.1:8000/v1#my-model

DIR holds the files of the suite:
${suites.map(({ name, datasets }) => `${name}: ${datasets.map(({ file }) => file).join(", ")}`).join("\n")}
Two scores: "paper" compares mentions as the paper's evaluator does (normalised text, repeats in a
sentence dropped), "strict" by position. Tables show percent, --json fractions from 0 to 1. A run that breaks off keeps its finished sentences
in FILE.part beside the file of --predictions; the same command with --resume goes on from there.
${modelHelp}`;

/** `gner eval`: runs a model over the data sets of a suite and prints its scores. */
export function evalCommand({ signal, loadRecognizer }: EvalCommandSetup): Command {
  const command = new Command("eval")
    .description("score a model on test sets, as the paper does and strictly by position")
    .addOption(
      new Option("--suite <name>", "data sets to run")
        .choices(suites.map(({ name }) => name))
        .default(zeroShot.name),
    )
    .requiredOption("--data <dir>", "folder that holds the data sets")
    .option("--dataset <names...>", "only these data sets of the suite")
    .option("--limit <n>", "only the first n sentences of each data set", positiveInteger("--limit"))
    .addOption(new Option("--json", "print JSON").conflicts("markdown"))
    .option("--markdown", "print a Markdown table")
    .option("--predictions <file>", "write a JSONL row for each sentence, with gold and predicted entities");
  addStatsFlags(addResumeFlags(command, "predicted"));
  return addModelFlags(command)
    .addHelpText("after", examples)
    .action(async (flags: EvalFlags) => {
      const started = performance.now();
      const suite = suites.find(({ name }) => name === flags.suite) ?? zeroShot;
      const asked = flags.dataset === undefined ? suite : onlyDatasets(suite, flags.dataset);
      const sets = await loadSuite(asked, flags.data, flags.limit);
      const options = await loadOptions(flags);
      const settings = { command: "eval", version: version(), ...modelSettings(flags, options) };
      const counts = { documents: 0, kept: 0, failed: 0 };
      const recognizer = await loadRecognizer(options);
      try {
        const result = await withPredictions(flags, settings, (file) =>
          withProgress((onProgress) =>
            evaluate(recognizer, sets, {
              numBeams: flags.beams,
              concurrency: concurrencyOf(flags),
              signal,
              onProgress(progress) {
                counts.documents++;
                counts.kept = file?.kept ?? 0;
                onProgress(progress);
              },
              ...(file === null ? {} : { kept: file, onRow: (row) => file.append(row) }),
            }),
          ),
        );
        counts.failed = result.datasets.reduce((sum, { errors }) => sum + errors.length, 0);
        process.stdout.write(render(result, flags));
        refuseEmptyMeasurement(result);
      } finally {
        await recognizer.close();
        const seconds = (performance.now() - started) / 1000;
        await reportStats({ ...counts, seconds, usage: recognizer.usage ?? null }, flags);
      }
    });
}

function render(result: EvalResult, { json, markdown }: EvalFlags): string {
  if (json) return `${JSON.stringify(result)}\n`;
  return markdown ? markdownReport(result) : textReport(result);
}

/** A score of 0 because nothing ran must not pass for a measurement, least of all in a script. */
function refuseEmptyMeasurement({ datasets }: EvalResult): void {
  const failed = datasets.find(({ errors, sentences }) => sentences > 0 && errors.length === sentences);
  if (failed === undefined) return;
  throw new ModelError(
    `every sentence of ${failed.dataset} failed, its scores say nothing: ${failed.errors[0]?.message}`,
  );
}

/** A progress bar for each data set, on standard error and only where that is a terminal. */
async function withProgress<Result>(
  run: (onProgress: (progress: EvalProgress) => void) => Promise<Result>,
): Promise<Result> {
  if (!process.stderr.isTTY) return run(() => {});
  const bar = new cliProgress.SingleBar(
    { format: "{dataset} [{bar}] {value}/{total} {eta_formatted}", stream: process.stderr, hideCursor: true },
    cliProgress.Presets.legacy,
  );
  let shown: string | null = null;
  try {
    return await run(({ dataset, done, total }) => {
      if (dataset !== shown) {
        bar.stop();
        bar.start(total, 0, { dataset });
        shown = dataset;
      }
      bar.update(done);
    });
  } finally {
    // Also gives the cursor back.
    bar.stop();
  }
}

/** `run` gets the file of predictions, or null where none is asked for. */
async function withPredictions<Result>(
  flags: EvalFlags,
  settings: RunSettings,
  run: (file: PredictionsFile | null) => Promise<Result>,
): Promise<Result> {
  const { predictions } = flags;
  const mode = journalMode(flags, predictions, "--predictions");
  if (predictions === undefined) return run(null);
  const file = await openPredictions(predictions, settings, mode);
  let result: Result;
  try {
    result = await run(file);
  } catch (error) {
    const left = await file.abandon();
    if (left !== null) {
      process.stderr.write(
        `gner: the predictions up to here are kept in ${left}; --resume goes on from there\n`,
      );
    }
    throw error;
  }
  await file.finish();
  return result;
}

async function openPredictions(
  path: string,
  settings: RunSettings,
  mode: JournalMode,
): Promise<PredictionsFile> {
  try {
    return await PredictionsFile.open(path, settings, mode);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`--predictions: ${cause.message}`, { cause });
  }
}
