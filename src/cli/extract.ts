import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { addAbortSignal } from "node:stream";
import cliProgress from "cli-progress";
import { Command, Option } from "commander";
import { InputError } from "../core/errors.js";
import { decodeUtf8 } from "../core/utf8.js";
import { type Extraction, Gner } from "../serve/gner.js";
import { htmlPage } from "./html.js";
import { positiveInteger } from "./positive-integer.js";
import { entityTable } from "./table.js";

interface ExtractFlags {
  readonly labels?: string;
  readonly labelsFile?: string;
  readonly format: "table" | "jsonl" | "html";
  readonly model: string;
  readonly beams: number;
  readonly lines: boolean;
}

const examples = `
Examples:
  $ gner extract --labels "person,city" "Ada Lovelace met Babbage in London."
  $ gner extract --labels-file labels.txt --format jsonl notes.txt
  $ cat notes.txt | gner extract --labels person,product --lines --format jsonl
  $ gner extract --labels person,city --format html report.txt > report.html

An argument that names a file is read as a file, anything else is a text; without arguments the text
comes from standard input. Results go to standard output.`;

/** `gner extract`: entities of labels given on the spot. */
export function extractCommand(signal: AbortSignal): Command {
  return new Command("extract")
    .description("find entities of the given labels in texts")
    .argument("[text-or-files...]", "texts or UTF-8 files; standard input where none is given")
    .option("--labels <a,b,...>", "entity types, parted by commas")
    .option("--labels-file <file>", "entity types, one per line")
    .addOption(new Option("--format <name>", "output").choices(["table", "jsonl", "html"]).default("table"))
    .option("--model <name>", "builtin, or the path of a model folder", "builtin")
    .option("--beams <n>", "beam width; 1 is greedy", positiveInteger("--beams"), 1)
    .option("--lines", "every non-empty line is a text of its own", false)
    .addHelpText("after", examples)
    .action(async (args: string[], flags: ExtractFlags) => {
      const labels = await readLabels(flags);
      const texts = await readTexts(args, flags.lines, signal);
      const gner = await Gner.load({ model: flags.model });
      try {
        const extractions: Extraction[] = [];
        const progress = progressBar(texts.length, flags.format);
        for (const [i, text] of texts.entries()) {
          const onWindow = (done: number, total: number) =>
            progress?.update(i, { window: done, windows: total });
          const extraction = await gner.extract(text, labels, { numBeams: flags.beams, signal, onWindow });
          if (flags.format === "jsonl") process.stdout.write(`${JSON.stringify(extraction)}\n`);
          else extractions.push(extraction);
        }
        progress?.stop();
        if (flags.format === "table") process.stdout.write(extractions.map(entityTable).join("\n"));
        if (flags.format === "html") process.stdout.write(htmlPage(extractions, labels));
      } finally {
        await gner.close();
      }
    });
}

/** On standard error, where that is a terminal and no rows would run through it. */
function progressBar(texts: number, format: ExtractFlags["format"]): cliProgress.SingleBar | null {
  if (!process.stderr.isTTY || (process.stdout.isTTY && format === "jsonl")) return null;
  const bar = new cliProgress.SingleBar({
    format: "{value}/{total} texts [{bar}] window {window} of {windows}",
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(texts, 0, { window: 0, windows: 1 });
  return bar;
}

async function readLabels({ labels, labelsFile }: ExtractFlags): Promise<string[]> {
  if (labels !== undefined && labelsFile !== undefined) {
    throw new InputError("give either --labels or --labels-file, not both");
  }
  if (labelsFile !== undefined) {
    const lines = (await readText(labelsFile)).split(/\r?\n/);
    return lines.map((line) => line.trim()).filter((line) => line !== "");
  }
  if (labels === undefined || labels.trim() === "") {
    throw new InputError('no labels: name the entity types with --labels "person,city" or --labels-file');
  }
  const names = labels.split(",").map((label) => label.trim());
  if (names.includes("")) throw new InputError("--labels has an empty label: look for a comma too many");
  return names;
}

async function readTexts(args: readonly string[], lines: boolean, signal: AbortSignal): Promise<string[]> {
  const texts =
    args.length > 0 ? await Promise.all(args.map(textOfArgument)) : [await readStandardInput(signal)];
  if (!lines) return texts;
  return texts.flatMap((text) => text.split(/\r?\n/).filter((line) => line.trim() !== ""));
}

/** What a mistyped path looks like: one word that ends as text files do. A URL is a text. */
const missingPath = /^(?!\w+:\/\/)\S+\.(?:txt|text|md|json|jsonl|csv|tsv|html|xml|log)$/i;

/** A file where one of that name exists; a mistyped path must not pass for a text. */
async function textOfArgument(argument: string): Promise<string> {
  if (existsSync(argument)) return readText(argument);
  if (missingPath.test(argument)) {
    throw new InputError(
      `there is no file ${argument}; a text that looks like one can come from standard input`,
    );
  }
  return argument;
}

async function readStandardInput(signal: AbortSignal): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write("gner: reading standard input, end with Ctrl-D\n");
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of addAbortSignal(signal, process.stdin)) chunks.push(Buffer.from(chunk));
  } catch (cause) {
    signal.throwIfAborted();
    throw new InputError("standard input cannot be read", { cause });
  }
  return decodeUtf8(Buffer.concat(chunks), "standard input");
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(`${file} cannot be read (${cause.code ?? cause.message})`, { cause });
  });
  return decodeUtf8(bytes, file);
}
