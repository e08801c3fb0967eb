import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { InputError } from "../core/errors.js";
import { labelNameTable } from "../tuning/plan-set.js";
import { readYaml } from "../tuning/plan-yaml.js";
import type { Conversion, ConversionLoss } from "../tuning/writers/convert.js";
import { convertCorpus } from "../tuning/writers/convert.js";
import { OutputFile } from "../tuning/writers/output-file.js";
import { writableKinds } from "../tuning/writers/targets.js";
import { formatToRead, formatToWrite } from "./corpus-format.js";
import { withCount } from "./count-bar.js";
import { printable } from "./printable.js";

interface ConvertFlags {
  readonly from: string;
  readonly to: string;
  readonly labelNames?: string;
  readonly lossy?: true;
  readonly losses?: string;
  readonly overwrite?: true;
  readonly json?: true;
}

const help = `
Examples:
  $ gner dataset convert train.tsv train.jsonl --to spacy
  $ gner dataset convert brat-folder flat.tsv.gz --to columns --lossy --losses losses.jsonl
  $ gner dataset convert train.parquet train.conllu --to '{ kind: columns, indexColumn: 0, wordColumn: 1, comments: true }'
  $ gner dataset convert nested.jsonl nested.tsv --to '{ kind: columns, tagColumn: 1, layers: true, scheme: bioes }'

FORMAT of --from is auto, a name or a mapping, as for inspect; that of --to is one of
${writableKinds.join(", ")},
or a mapping as plans have it. OUT is packed with gzip where its name ends in .gz, and a folder for brat.

What the format cannot hold (nested or discontinuous mentions in flat ones, text between words in columns, absent
types, words or labels that it cannot spell) ends the conversion, and nothing is written. With --lossy it is left out
and counted on stderr, and --losses lists all of it. Names of sentences, sets of labels and the cut into words, where
a format has no place for them, are counted but never end a conversion.`;

/** `gner dataset convert`: a corpus in another format. */
export function convertCommand(signal: AbortSignal): Command {
  return new Command("convert")
    .description("write a corpus in another format")
    .argument("<in>", "corpus file, packed with gzip or not; a folder for brat")
    .argument("<out>", "file to write; a folder for brat")
    .requiredOption("--to <format>", "how the output is laid out")
    .option("--from <format>", "how the input is laid out", "auto")
    .option("--label-names <file>", "YAML or JSON mapping from labels to what they are to be called")
    .option("--lossy", "leave out what the format cannot hold, and count it")
    .option("--losses <file>", "JSONL file with a line for everything that is left out or settled")
    .option("--overwrite", "replace the output that is there")
    .option("--json", "print the report as JSON on standard output")
    .addHelpText("after", help)
    .action((input: string, output: string, flags: ConvertFlags) => convert(input, output, flags, signal));
}

async function convert(
  input: string,
  output: string,
  flags: ConvertFlags,
  signal: AbortSignal,
): Promise<void> {
  const to = formatToWrite(flags.to, "--to");
  // A file takes its name only when it is whole, which a stream cannot wait for.
  if (output === "-")
    throw new InputError("standard output cannot be the output of a conversion: name a file");
  const isLossy = flags.lossy ?? false;
  // To leave out lines that can be settled is a loss as others are.
  const from = await formatToRead(input, flags.from, "--from", isLossy);
  const labelNames =
    flags.labelNames === undefined
      ? {}
      : await readYaml(flags.labelNames, labelNameTable, "table of label names");
  const overwrite = flags.overwrite ?? false;
  if (flags.losses !== undefined) checkLossesFile(flags.losses, input, output, overwrite);
  const conversion = await withLosses(flags.losses, overwrite, (onLoss) =>
    withCount("0 documents", (show) =>
      convertCorpus({
        input,
        from,
        output,
        to,
        lossy: isLossy,
        overwrite,
        labelNames,
        signal,
        onProgress: (documents) => show(`${documents} documents`),
        onLoss,
      }),
    ),
  );
  if (flags.json) process.stdout.write(`${JSON.stringify(conversion, null, 2)}\n`);
  else process.stderr.write(report(conversion, output));
}

function checkLossesFile(path: string, input: string, output: string, overwrite: boolean): void {
  if (existsSync(path) && realpathSync(path) === realpathSync(input))
    throw new InputError(`--losses ${path} is the input: name another file`);
  if (resolve(path) === resolve(output))
    throw new InputError(`--losses ${path} is the output: name another file`);
  if (existsSync(path) && !overwrite) {
    throw new InputError(`--losses ${path} is there already: name another, or --overwrite it`);
  }
}

/** Writes losses to a file, if one is asked for. It takes its name with the conversion's output. */
async function withLosses<T>(
  path: string | undefined,
  overwrite: boolean,
  work: (onLoss: (loss: ConversionLoss) => Promise<void>) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work(async () => {});
  const file = await OutputFile.create(path, overwrite);
  try {
    const result = await work((loss) => file.write(`${JSON.stringify(loss)}\n`));
    await file.publish();
    return result;
  } catch (error) {
    await file.discard();
    throw error;
  }
}

function report(conversion: Conversion, output: string): string {
  const { documents, mentions, losses, leftOut, remarks, unusedNames } = conversion;
  const counted = (counts: { readonly written: number; readonly read: number }) =>
    counts.written === counts.read ? `${counts.written}` : `${counts.written} of ${counts.read}`;
  const lines = [
    `Written to ${output}: documents ${counted(documents)}, entities ${counted(mentions)}`,
    ...section(
      "Lost",
      losses.filter(({ isGrave }) => isGrave),
    ),
    ...section(
      "Has no place there",
      losses.filter(({ isGrave }) => !isGrave),
    ),
    ...section("Entries of the input that are no examples", leftOut),
    ...section("Settled in reading", remarks),
    ...(unusedNames.length === 0
      ? []
      : [`Label names that do not occur: ${unusedNames.map(printable).join(", ")}`]),
  ];
  return `${lines.join("\n")}\n`;
}

interface Placed {
  readonly file?: string;
  readonly id?: string;
  readonly line: number;
  readonly message: string;
}

interface Counted {
  readonly kind: string;
  readonly count: number;
  readonly first: readonly Placed[];
}

function section(title: string, counts: readonly Counted[]): string[] {
  if (counts.length === 0) return [];
  return [
    `${title}:`,
    ...counts.flatMap(({ kind, count, first }) => [
      `  ${printable(kind)}: ${count}`,
      ...first.map((placed) => `    ${printable(placeName(placed))}: ${printable(placed.message)}`),
    ]),
  ];
}

/** `a.ann:7` in a folder of files, else `line 7`, with the name of the sentence where that is known. */
function placeName({ file, id, line }: Placed): string {
  if (file !== undefined) return `${file}:${line}`;
  return id === undefined ? `line ${line}` : `${id}, line ${line}`;
}
