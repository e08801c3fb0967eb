import cliProgress from "cli-progress";
import { Command, Option } from "commander";
import { development } from "../../eval/development-suite.js";
import { loadSuite } from "../../eval/load.js";
import type { PredictionRow } from "../../eval/predictions.js";
import { PredictionsFile } from "../../eval/predictions-file.js";
import { markdownReport, textReport } from "../../eval/report.js";
import { type EvalProgress, type EvalResult, evaluate } from "../../eval/run.js";
import { zeroShot } from "../../eval/suites.js";
import { InputError, ModelError } from "../core/errors.js";
import type { Recognizer } from "../serve/recognize/recognizer.js";
import { positiveInteger } from "./positive-integer.js";

/** What the command needs from outside. */
export interface EvalCommandSetup {
  readonly signal: AbortSignal;
  /** `builtin` or the path of a model folder. The command closes what it gets. */
  readonly loadRecognizer: (model: string, signal: AbortSignal) => Promise<Recognizer>;
}

interface EvalFlags {
  readonly suite: string;
  readonly data: string;
  readonly model: string;
  readonly beams: number;
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
  $ gner eval --suite zero-shot --data DIR --beams 4 --predictions rows.jsonl

DIR holds the files of the suite:
${suites.map(({ name, datasets }) => `${name}: ${datasets.map(({ file }) => file).join(", ")}`).join("\n")}
Two scores: "paper" compares mentions as the paper's evaluator does (normalised text, repeats in a
sentence dropped), "strict" by position. Tables show percent, --json fractions from 0 to 1.`;

/** `gner eval`: runs a model over the data sets of a suite and prints its scores. */
export function evalCommand({ signal, loadRecognizer }: EvalCommandSetup): Command {
  return new Command("eval")
    .description("score a model on test sets, as the paper does and strictly by position")
    .addOption(
      new Option("--suite <name>", "data sets to run")
        .choices(suites.map(({ name }) => name))
        .default(zeroShot.name),
    )
    .requiredOption("--data <dir>", "folder that holds the data sets")
    .option("--model <name>", "builtin, or the path of a model folder", "builtin")
    .option("--beams <n>", "beam width; 1 is greedy", positiveInteger("--beams"), 1)
    .option("--limit <n>", "only the first n sentences of each data set", positiveInteger("--limit"))
    .addOption(new Option("--json", "print JSON").conflicts("markdown"))
    .option("--markdown", "print a Markdown table")
    .option("--predictions <file>", "write a JSONL row for each sentence, with gold and predicted entities")
    .addHelpText("after", examples)
    .action(async (flags: EvalFlags) => {
      const suite = suites.find(({ name }) => name === flags.suite) ?? zeroShot;
      const sets = await loadSuite(suite, flags.data, flags.limit);
      const recognizer = await loadRecognizer(flags.model, signal);
      try {
        const result = await withPredictionsFile(flags.predictions, (onRows) =>
          withProgress((onProgress) =>
            evaluate(recognizer, sets, { numBeams: flags.beams, signal, onProgress, onRows }),
          ),
        );
        process.stdout.write(render(result, flags));
        refuseEmptyMeasurement(result);
      } finally {
        await recognizer.close();
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

/** `run` gets what writes rows to the file; without a path they go nowhere. */
async function withPredictionsFile<Result>(
  path: string | undefined,
  run: (onRows: (rows: readonly PredictionRow[]) => Promise<void>) => Promise<Result>,
): Promise<Result> {
  if (path === undefined) return run(async () => {});
  const file = await openForWriting(path);
  let result: Result;
  try {
    result = await run((rows) => file.append(rows));
  } catch (error) {
    const left = await file.abandon();
    if (left !== null) process.stderr.write(`The predictions up to here are in ${left}\n`);
    throw error;
  }
  await file.finish();
  return result;
}

async function openForWriting(path: string): Promise<PredictionsFile> {
  try {
    return await PredictionsFile.open(path);
  } catch (cause) {
    if (!(cause instanceof InputError)) throw cause;
    throw new InputError(`--predictions: ${cause.message}`, { cause });
  }
}
