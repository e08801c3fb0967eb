import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import cliProgress from "cli-progress";
import { Command, InvalidArgumentError, Option } from "commander";
import { InputError } from "../core/errors.js";
import { decodeUtf8 } from "../core/utf8.js";
import { type Extraction, Gner } from "../serve/gner.js";
import { htmlPage } from "./html.js";
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
    .option("--beams <n>", "beam width; 1 is greedy", wholeNumber, 1)
    .option("--lines", "every non-empty line is a text of its own", false)
    .addHelpText("after", examples)
    .action(async (args: string[], flags: ExtractFlags) => {
      const labels = await readLabels(flags);
      const texts = await readTexts(args, flags.lines);
      const gner = await Gner.load({ model: flags.model });
      try {
        const extractions: Extraction[] = [];
        await withProgress(texts.length, async (onText) => {
          for (const text of texts) {
            const extraction = await gner.extract(text, labels, { numBeams: flags.beams, signal });
            if (flags.format === "jsonl") process.stdout.write(`${JSON.stringify(extraction)}\n`);
            else extractions.push(extraction);
            onText();
          }
        });
        if (flags.format === "table") process.stdout.write(extractions.map(entityTable).join("\n"));
        if (flags.format === "html") process.stdout.write(htmlPage(extractions, labels));
      } finally {
        await gner.close();
      }
    });
}

/** A bar over the texts on standard error, where that is a terminal, results go elsewhere and there are several. */
async function withProgress(total: number, work: (onText: () => void) => Promise<void>): Promise<void> {
  if (!process.stderr.isTTY || process.stdout.isTTY || total < 2) return work(() => {});
  const format = "{value}/{total} texts [{bar}] {eta_formatted}";
  const bar = new cliProgress.SingleBar({ format, stream: process.stderr, clearOnComplete: true });
  bar.start(total, 0);
  try {
    await work(() => bar.increment());
  } finally {
    bar.stop();
  }
}

/** A positive whole number of the command line. */
function wholeNumber(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError("expected a whole number from 1");
  return Number(value);
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
  return labels.split(",").map((label) => label.trim());
}

async function readTexts(args: readonly string[], lines: boolean): Promise<string[]> {
  const texts = args.length > 0 ? await Promise.all(args.map(textOfArgument)) : [await readStandardInput()];
  if (!lines) return texts;
  return texts.flatMap((text) => text.split(/\r?\n/).filter((line) => line.trim() !== ""));
}

/** A file where one of that name exists; a mistyped path must not pass for a text. */
async function textOfArgument(argument: string): Promise<string> {
  if (existsSync(argument)) return readText(argument);
  if (/^\S*[/\\]\S*\.\w{1,5}$|^\S+\.(?:txt|md|json|jsonl|csv|tsv)$/.test(argument)) {
    throw new InputError(`there is no file ${argument}`);
  }
  return argument;
}

async function readStandardInput(): Promise<string> {
  if (process.stdin.isTTY) process.stderr.write("gner: reading standard input, end with Ctrl-D\n");
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return decodeUtf8(Buffer.concat(chunks), "standard input");
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(`${file} cannot be read (${cause.code ?? cause.message})`, { cause });
  });
  return decodeUtf8(bytes, file);
}
