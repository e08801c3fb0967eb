import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Command, Option } from "commander";
import { InputError, ModelError } from "../core/errors.js";
import { builtinModelPath } from "../serve/gner.js";
import { readModelManifest } from "../serve/onnx/model-folder.js";
import { alignColumns } from "./columns.js";
import { positiveInteger, positiveNumber } from "./positive-numbers.js";
import { runPython, trainerPython } from "./python-environment.js";

interface ExportFlags {
  readonly output: string;
  readonly precision: "int8" | "float32";
  readonly name?: string;
  readonly modelVersion?: string;
  readonly license?: string;
  readonly scoreTemperature?: number;
  readonly tokenizer?: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly install?: true;
}

interface VerifyFlags {
  readonly checkpoint: string;
  readonly rows: string;
  readonly limit: number;
  readonly install?: true;
}

const exportExamples = `
Examples:
  $ gner model export out/flan-t5-small -o models/my-t5
  $ gner model export out/llama-7b/checkpoints/step-001000 -o models/my-llama

CHECKPOINT is the output folder of gner train (its last checkpoint is taken), one of its checkpoints, or a folder that
transformers loads. T5 and the built-in architecture become a model folder: gner extract --model DIR. LLaMA becomes one folder of merged weights with
tokenizer and chat template that vLLM and other OpenAI-compatible servers load.`;

const verifyExamples = `
Examples:
  $ gner model verify models/my-t5 --checkpoint out/flan-t5-small --rows rows/dev.jsonl

Prints one JSON object: on how many rows the exported model and the checkpoint generate the same tokens greedily, and the
largest difference of their log-probabilities. Rows that differ are shown on stderr.`;

const listExamples = `
Examples:
  $ gner model list
  $ gner model list models/ --json

Lists the built-in model, and the model folders among the given folders and directly in them.`;

/** `gner model`: from checkpoints to models that can be served. */
export function modelCommand(signal: AbortSignal): Command {
  return new Command("model")
    .description("export checkpoints for serving, compare the two, list model folders")
    .addCommand(exportCommand(signal))
    .addCommand(verifyCommand(signal))
    .addCommand(listCommand());
}

function exportCommand(signal: AbortSignal): Command {
  return new Command("export")
    .description("make a checkpoint ready for serving")
    .argument(
      "<checkpoint>",
      "output folder of gner train, one of its checkpoints, or a folder of transformers",
    )
    .requiredOption("-o, --output <dir>", "folder to write")
    .addOption(new Option("--precision <p>", "of the graphs").choices(["int8", "float32"]).default("int8"))
    .option("--name <name>", "the model's name; default: that of its folder")
    .option(
      "--tokenizer <file>",
      "tokenizer.json of the built-in architecture; default: the built-in model's",
    )
    .option("--license <name>", "licence of the weights, for gner.json")
    .option("--model-version <version>", "version of the weights, for gner.json")
    .option(
      "--score-temperature <t>",
      "log-probabilities are divided by it before they become a score; gner eval fits it on development data",
      positiveNumber("--score-temperature"),
    )
    .option(
      "--input-tokens <n>",
      "tokens of a prompt that T5 was trained on",
      positiveInteger("--input-tokens"),
      640,
    )
    .option("--output-tokens <n>", "tokens of an answer", positiveInteger("--output-tokens"), 640)
    .option("--install", "make the Python environment where there is none; fetches several gigabytes")
    .addHelpText("after", exportExamples)
    .action(async (checkpoint: string, flags: ExportFlags) => {
      const args = [
        checkpoint,
        ...["--out", flags.output, "--precision", flags.precision],
        ...["--tokenizer", flags.tokenizer ?? join(builtinModelPath(), "tokenizer.json")],
        ...["--input-tokens", String(flags.inputTokens), "--output-tokens", String(flags.outputTokens)],
        ...(flags.name === undefined ? [] : ["--name", flags.name]),
        ...(flags.modelVersion === undefined ? [] : ["--model-version", flags.modelVersion]),
        ...(flags.license === undefined ? [] : ["--license", flags.license]),
        ...(flags.scoreTemperature === undefined
          ? []
          : ["--score-temperature", String(flags.scoreTemperature)]),
      ];
      await runModule("export_checkpoint", args, flags.install ?? false, signal);
    });
}

function verifyCommand(signal: AbortSignal): Command {
  return new Command("verify")
    .description("compare an exported model with the checkpoint that it was made from")
    .argument("<dir>", "what gner model export wrote")
    .requiredOption("--checkpoint <dir>", "what it was made from")
    .requiredOption("--rows <file>", "JSONL rows of gner dataset build")
    .option("--limit <n>", "only the first n rows", positiveInteger("--limit"), 50)
    .option("--install", "make the Python environment where there is none; fetches several gigabytes")
    .addHelpText("after", verifyExamples)
    .action(async (folder: string, flags: VerifyFlags) => {
      const args = [
        folder,
        "--checkpoint",
        flags.checkpoint,
        "--rows",
        flags.rows,
        "--limit",
        String(flags.limit),
      ];
      await runModule("verify_checkpoint", args, flags.install ?? false, signal);
    });
}

async function runModule(
  module: string,
  args: readonly string[],
  install: boolean,
  signal: AbortSignal,
): Promise<void> {
  const python = await trainerPython(install, signal);
  const code = await runPython(python, ["-m", `gner_trainer.${module}`, ...args], {
    signal,
    results: "stdout",
  });
  signal.throwIfAborted();
  if (code === 2) throw new InputError("nothing was done: see above");
  if (code !== 0) throw new ModelError(`the trainer failed (exit code ${code}): see above`);
}

/** A model folder in short. */
interface ListedModel {
  readonly name: string;
  readonly version: string;
  readonly promptStyle: string;
  readonly license: string;
  readonly bytes: number;
  readonly path: string;
}

function listCommand(): Command {
  return new Command("list")
    .description("list the built-in model and model folders")
    .argument("[folders...]", "model folders, or folders that hold some")
    .option("--json", "print JSON")
    .addHelpText("after", listExamples)
    .action(async (folders: string[], { json }: { json?: true }) => {
      const models: ListedModel[] = [await describe(builtinModelPath())];
      for (const folder of folders) models.push(...(await modelsIn(folder)));
      process.stdout.write(json ? `${JSON.stringify(models)}\n` : table(models));
    });
}

async function modelsIn(folder: string): Promise<ListedModel[]> {
  if (await isModelFolder(folder)) return [await describe(folder)];
  const children = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new InputError(`${folder} is no folder that can be read`, { cause });
  });
  const models: ListedModel[] = [];
  for (const child of children.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, child.name);
    if (child.isDirectory() && (await isModelFolder(path))) models.push(await describe(path));
  }
  if (models.length === 0) throw new InputError(`${folder} neither is a model folder nor holds one`);
  return models;
}

async function isModelFolder(path: string): Promise<boolean> {
  return stat(join(path, "gner.json")).then(
    (found) => found.isFile(),
    () => false,
  );
}

async function describe(path: string): Promise<ListedModel> {
  const { name, version, promptStyle, license, graphs } = await readModelManifest(path);
  const bytes = graphs.encoder.bytes + graphs.decoder.bytes;
  return { name, version, promptStyle, license, bytes, path };
}

function table(models: readonly ListedModel[]): string {
  const builtin = dirname(builtinModelPath());
  const rows = models.map(({ name, version, promptStyle, license, bytes, path }) => [
    path.startsWith(builtin) ? "builtin" : path,
    name,
    version,
    promptStyle,
    license,
    `${(bytes / 1e6).toFixed(1)} MB`,
  ]);
  return `${alignColumns([["model", "name", "version", "prompt", "licence", "graphs"], ...rows], 5)}\n`;
}
