import { Command, CommanderError } from "commander";
import { FormatError, InputError } from "../core/errors.js";
import { loadRecognizer } from "../serve/gner.js";
import { alignCommand } from "./align.js";
import { datasetCommand } from "./dataset.js";
import { evalCommand } from "./eval.js";
import { extractCommand } from "./extract.js";
import { modelCommand } from "./model.js";
import { promptCommand } from "./prompt.js";
import { scoreCommand } from "./score.js";
import { trainCommand } from "./train.js";
import { version } from "./version.js";

/** Exit codes: 0 done, 1 failure, 2 bad input, 130 interrupted. */
type ExitCode = 0 | 1 | 2 | 130;

/** Runs one command line (without `node` and script) and returns its exit code. Errors go to stderr, one line each. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  const abort = new AbortController();
  const interrupt = () => abort.abort(new Error("interrupted"));
  // The second Ctrl-C falls through to the default and ends the process at once.
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  // A reader that has seen enough (`| head`) is no failure.
  process.stdout.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    process.stderr.write(`gner: the results cannot be written (${error.code ?? error.message})\n`);
    process.exit(1);
  });
  try {
    await program(abort.signal).parseAsync(argv, { from: "user" });
    if (abort.signal.aborted) return 130;
    // A command that went on past single failures says so itself.
    return process.exitCode === 1 ? 1 : 0;
  } catch (error) {
    return report(error, abort.signal);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", interrupt);
  }
}

const examples = `
Examples:
  $ gner extract --labels "person,city" "Ada Lovelace met Babbage in London."
  $ gner extract reports/*.txt --labels person,city --format jsonl -o out.jsonl --resume
  $ gner prompt --labels person,city "Ada Lovelace met Babbage in London."
  $ gner align generations.jsonl -o aligned.jsonl
  $ gner dataset build plan.yaml -o out/
  $ gner eval --suite zero-shot --data DIR
  $ gner train recipe.yaml
  $ gner model export out/run -o models/mine

gner COMMAND --help tells more.`;

function program(signal: AbortSignal): Command {
  const gner = new Command("gner")
    .description(
      "Generative named entity recognition: entities of any label set, instruction data, evaluation.",
    )
    .version(version())
    .addCommand(extractCommand(signal))
    .addCommand(promptCommand(signal))
    .addCommand(alignCommand(signal))
    .addCommand(datasetCommand({ signal }))
    .addCommand(evalCommand({ signal, loadRecognizer }))
    .addCommand(scoreCommand(signal))
    .addCommand(trainCommand(signal))
    .addCommand(modelCommand(signal))
    .addHelpText("after", examples)
    .showHelpAfterError("(--help shows the options)");
  for (const command of [gner, ...gner.commands, ...gner.commands.flatMap((child) => child.commands)]) {
    command.exitOverride();
  }
  return gner;
}

function report(error: unknown, signal: AbortSignal): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (signal.aborted) {
    process.stderr.write("gner: interrupted\n");
    return 130;
  }
  process.stderr.write(`gner: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env.GNER_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return error instanceof InputError || error instanceof FormatError ? 2 : 1;
}
