import { Command } from "commander";
import type { Document as YamlDocument } from "yaml";
import { parseDocument } from "yaml";
import { excerpt, InputError } from "../core/errors.js";
import { describeFormat, detectFormat } from "../tuning/corpora/detect.js";
import { corpusFormat } from "../tuning/corpora/format-schema.js";
import type { CorpusFormat } from "../tuning/corpora/formats.js";
import { formatKinds } from "../tuning/corpora/formats.js";
import { faults } from "../tuning/corpora/json-reader.js";
import type { Inspection, Percentiles, Suspicion } from "../tuning/inspect.js";
import { inspectCorpus, tolerant } from "../tuning/inspect.js";
import { alignColumns } from "./dataset-table.js";

interface InspectFlags {
  readonly format: string;
  readonly json?: true;
}

const help = `
Examples:
  $ gner dataset inspect train.tsv
  $ gner dataset inspect brat-folder --json > counts.json
  $ gner dataset inspect odd.txt --format '{ kind: columns, separator: whitespace, tagColumn: 1 }'

FORMAT is auto (the beginning of the file decides; what was chosen and why goes to stderr), one of
${formatKinds.join(", ")},
or a mapping as plans have it. With auto or a name, lines that can be settled, such as empty words and tags outside
the scheme, are listed among the suspicious rows instead of ending the reading.`;

/** `gner dataset inspect`: what a corpus file holds. */
export function inspectCommand(signal: AbortSignal): Command {
  return new Command("inspect")
    .description("count what a corpus file holds: sentences, entities, labels, lengths, suspicious rows")
    .argument("<file>", "corpus file, packed with gzip or not; a folder for brat")
    .option("--format <format>", "how the file is laid out", "auto")
    .option("--json", "print JSON instead of a table")
    .addHelpText("after", help)
    .action(async (file: string, flags: InspectFlags) => {
      const format = await chooseFormat(file, flags.format);
      const inspection = await inspectCorpus(file, format, signal);
      process.stdout.write(flags.json ? `${JSON.stringify(inspection, null, 2)}\n` : report(inspection));
    });
}

async function chooseFormat(file: string, asked: string): Promise<CorpusFormat> {
  if (asked.trim().startsWith("{")) return givenFormat(asked);
  const kind = formatKinds.find((name) => name === asked);
  if (kind === undefined && asked !== "auto") {
    throw new InputError(
      `--format ${excerpt(asked)}: expected auto, ${formatKinds.join(", ")}, or a mapping`,
    );
  }
  const { format, reason } = await detectFormat(file, kind);
  if (kind === undefined) process.stderr.write(`format: ${describeFormat(format)}\n  ${reason}\n`);
  return tolerant(format);
}

function givenFormat(text: string): CorpusFormat {
  const document = parseDocument(text, { prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) throw new InputError(`--format is no YAML mapping: ${fault.message}`);
  const checked = corpusFormat.safeParse(plainValue(document));
  if (checked.success) return checked.data;
  throw new InputError(`--format: ${faults(checked.error)}`);
}

/** Aliases are followed only here: one without an anchor is no fault of syntax. */
function plainValue(document: YamlDocument): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`--format is no YAML mapping: ${reason}`, { cause });
  }
}

const shownLabels = 40;
const shownRows = 20;

function report(inspection: Inspection): string {
  return `${[counts(inspection), lengths(inspection), labels(inspection), suspicious(inspection.suspicious)]
    .filter((section) => section !== "")
    .join("\n\n")}\n`;
}

function counts(inspection: Inspection): string {
  const { duplicates } = inspection;
  const rows: [string, number][] = [
    ["sentences", inspection.sentences],
    ["  without entities", inspection.sentencesWithoutEntities],
    ["  repeated", duplicates.sentences],
    ["words", inspection.words],
    ["entities", inspection.entities],
    ["  nested", inspection.nested],
    ["  discontinuous", inspection.discontinuous],
    ["  overlapping", inspection.overlaps],
    ["  repeated", duplicates.entities],
    ["labels", Object.keys(inspection.labels).length],
    ["absent types", inspection.absentTypes],
    ["left out", inspection.leftOut],
  ];
  return alignColumns(
    [["format", inspection.format], ...rows.map(([name, count]) => [name, String(count)])],
    1,
  );
}

function lengths({ lengths: { sentences, entities } }: Inspection): string {
  const row = (name: string, of: Percentiles | null) =>
    of === null ? [] : [[name, of.min, of.p50, of.p90, of.p99, of.max].map(String)];
  const header = ["words in a", "min", "p50", "p90", "p99", "max"];
  return alignColumns([header, ...row("sentence", sentences), ...row("entity", entities)], 1);
}

function labels({ labels: all, entities }: Inspection): string {
  const rows = Object.entries(all);
  if (rows.length === 0) return "";
  const shown = rows.slice(0, shownLabels).map(([label, count]) => {
    return [printable(label), String(count), `${((100 * count) / entities).toFixed(1)} %`];
  });
  const table = alignColumns([["label", "entities", "share"], ...shown], 1);
  return table + rest(rows.length - shown.length, "labels");
}

function suspicious(rows: readonly Suspicion[]): string {
  if (rows.length === 0) return "no suspicious rows";
  const shown = rows.slice(0, shownRows).map(({ file, line, example, reason }) => {
    const place = `${file === undefined ? "line " : `${printable(file)}:`}${line}`;
    return [place, example === undefined ? "" : `no. ${example}`, printable(reason)];
  });
  const title = rows.length === 1 ? "1 suspicious row" : `${rows.length} suspicious rows`;
  return `${title}\n${alignColumns(shown, 3)}${rest(rows.length - shown.length, "rows")}`;
}

function rest(count: number, what: string): string {
  return count > 0 ? `\nand ${count} more ${what}: --json lists all of them` : "";
}

/** Control characters of a file must not reach a terminal. */
function printable(text: string): string {
  return text.replace(/[\s\p{C}]+/gu, " ");
}
