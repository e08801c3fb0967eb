import { Command, CommanderError } from "commander";
import { FormatError, InputError } from "../core/errors.js";
import { version } from "../tuning/version.js";

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
    const gner = program(await commandsFor(argv, abort.signal));
    await gner.parseAsync(argv, { from: "user" });
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

/** In the order of the help. A command's modules are loaded only for it: those of all take longer than most of its work. */
const commands = new Map<string, (signal: AbortSignal) => Promise<Command>>([
  ["extract", async (signal) => (await import("./extract.js")).extractCommand(signal)],
  ["prompt", async (signal) => (await import("./prompt.js")).promptCommand(signal)],
  ["align", async (signal) => (await import("./align.js")).alignCommand(signal)],
  ["dataset", async (signal) => (await import("./dataset.js")).datasetCommand({ signal })],
  ["eval", loadEval],
  ["score", async (signal) => (await import("./score.js")).scoreCommand(signal)],
  ["train", async (signal) => (await import("./train.js")).trainCommand(signal)],
  ["model", async (signal) => (await import("./model.js")).modelCommand(signal)],
]);

async function loadEval(signal: AbortSignal): Promise<Command> {
  const [{ evalCommand }, { loadRecognizer }] = await Promise.all([
    import("./eval.js"),
    import("../serve/gner.js"),
  ]);
  return evalCommand({ signal, loadRecognizer });
}

/** The command that is named first; none for the version; all of them for the help, and for a word that is no command. */
async function commandsFor([first = ""]: readonly string[], signal: AbortSignal): Promise<Command[]> {
  const load = commands.get(first);
  if (load !== undefined) return [await load(signal)];
  if (first === "--version" || first === "-V") return [];
  return Promise.all([...commands.values()].map((load) => load(signal)));
}

function program(loaded: readonly Command[]): Command {
  const gner = new Command("gner")
    .description(
      "Generative named entity recognition: entities of any label set, instruction data, evaluation.",
    )
    .version(version())
    .addHelpText("after", examples)
    .showHelpAfterError("(--help shows the options)");
  for (const command of loaded) gner.addCommand(command);
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
