import { Command, Option } from "commander";
import { Journal, type RunSettings } from "../files/journal.js";
import { type Output, streamOutput, writeOutputFile } from "../files/output-file.js";
import { Gner } from "../serve/gner.js";
import { OneByOne } from "../serve/recognize/recognize-each.js";
import { version } from "../tuning/version.js";
import { type Progress, withProgress } from "./extract-progress.js";
import { finishedAt, finishedDocuments, type Placed, placed } from "./extract-run.js";
import {
  type ExtractionFormat,
  extractionFormat,
  type Finished,
  type FormatName,
  formatNames,
} from "./extraction-formats.js";
import { addLabelFlags, type LabelFlags, readLabels } from "./labels.js";
import {
  addModelFlags,
  concurrencyOf,
  loadOptions,
  type ModelFlags,
  modelHelp,
  modelSettings,
} from "./model-flags.js";
import { printable } from "./printable.js";
import { addResumeFlags, journalMode, type ResumeFlags } from "./resume-flags.js";
import { listedFiles, sourcesOf } from "./sources.js";
import { addStatsFlags, reportStats, type StatsFlags } from "./stats.js";

interface ExtractFlags extends ModelFlags, LabelFlags, ResumeFlags, StatsFlags {
  readonly format: FormatName;
  readonly lines: boolean;
  readonly filesFrom?: string;
  readonly output?: string;
}

const examples = `
Examples:
  $ gner extract --labels "person,city" "Ada Lovelace met Babbage in London."
  $ gner extract --labels-file labels.txt --format jsonl notes.txt
  $ cat notes.txt | gner extract --labels person,product --lines --format jsonl
  $ gner extract --labels person,city --format html report.txt > report.html
  $ gner extract reports/*.txt more.jsonl --labels person,city --format jsonl -o out.jsonl --stats
  $ gner extract more.jsonl --labels person,city --model openai:http://127.0.0.1:8000/v1#my-model --format csv

An argument that names a file is read as a file, a .jsonl file as rows {"text": "..."} with or without "id", anything
else is a text; - or no argument is standard input. Results go to standard output, or to the file of -o, which
takes its name when it is whole. A document that fails becomes a row with "error" (jsonl, table, html), is named on
standard error, and makes the exit code 1. What is finished is kept in OUT.part: after an interruption, or to try
failed documents again, the same command with --resume goes on from there, with the same settings; texts may have
come, gone or changed.
${modelHelp}`;

/** `gner extract`: entities of labels given on the spot. */
export function extractCommand(signal: AbortSignal): Command {
  const command = new Command("extract")
    .description("find entities of the given labels in texts")
    .argument("[text-or-files...]", "texts, UTF-8 files, .jsonl files of texts, or - for standard input");
  addLabelFlags(command)
    .addOption(new Option("--format <name>", "output").choices(formatNames).default("table"))
    .option("-o, --output <file>", "file to write instead of standard output");
  addResumeFlags(command, "finished")
    .option("--files-from <list>", "more files, named one per line in this file, or - for standard input")
    .option("--lines", "every non-empty line is a text of its own", false);
  return addModelFlags(addStatsFlags(command))
    .addHelpText("after", examples)
    .action((args: string[], flags: ExtractFlags) => extract(args, flags, signal));
}

async function extract(args: readonly string[], flags: ExtractFlags, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  const labels = await readLabels(flags);
  const listed = flags.filesFrom === undefined ? [] : await listedFiles(flags.filesFrom, signal);
  const sources = sourcesOf([...args, ...listed], flags.lines);
  const options = await loadOptions(flags);
  const format = extractionFormat(flags.format, labels, flags.output === undefined);
  const counts = { documents: 0, kept: 0, failed: 0 };
  const gner = await Gner.load(options);
  try {
    const settings = { command: "extract", version: version(), labels, ...modelSettings(flags, options) };
    await withJournal(flags, settings, async (journal) => {
      await withProgress(sources, flags, async (progress) => {
        const recognizer = new OneByOne(gner.recognizer, labels, { numBeams: flags.beams, ...progress });
        const documents = sources.documents(signal);
        const run = { documents, recognizer, concurrency: concurrencyOf(flags), journal, counts };
        const finished = told(finishedDocuments(run, signal), sources.isSingle, progress);
        await writeResults(finished, format, flags.output, journal, signal);
      });
      return counts.failed === 0;
    });
  } finally {
    await gner.close();
    const seconds = (performance.now() - started) / 1000;
    await reportStats({ ...counts, seconds, usage: gner.usage ?? null }, flags);
  }
  if (counts.failed === 0) return;
  process.stderr.write(`gner: ${counts.failed} of ${counts.documents} documents failed\n`);
  process.exitCode = 1;
}

/** Shows documents as they come, and failures on standard error. The fault of a single text is the command's. */
async function* told(
  documents: AsyncIterable<Finished>,
  isSingle: boolean,
  { onDocument }: Progress,
): AsyncGenerator<Finished> {
  for await (const finished of documents) {
    if ("error" in finished) {
      if (isSingle) throw finished.error;
      const { id, error } = finished;
      // The error of a file that cannot be read names it already.
      const name = id === undefined || error.message.startsWith(String(id)) ? "" : `${id}: `;
      process.stderr.write(`gner: ${printable(`${name}${error.message}`)}\n`);
    }
    onDocument();
    yield finished;
  }
}

async function writeResults(
  finished: AsyncIterable<Finished>,
  format: ExtractionFormat,
  path: string | undefined,
  journal: Journal | null,
  signal: AbortSignal,
): Promise<void> {
  if (path === undefined) return writeDocuments(streamOutput(process.stdout), finished, format, signal);
  if (journal === null) {
    return writeOutputFile(path, (output) => writeDocuments(output, finished, format, signal));
  }
  const places: Placed[] = [];
  for await (const one of finished) places.push(placed(one));
  await writeOutputFile(path, (output) =>
    writeDocuments(output, finishedAt(journal, places), format, signal),
  );
}

async function writeDocuments(
  output: Output,
  documents: AsyncIterable<Finished>,
  format: ExtractionFormat,
  signal: AbortSignal,
): Promise<void> {
  await output.write(format.head, signal);
  try {
    let index = 0;
    for await (const finished of documents) await output.write(format.document(finished, index++), signal);
  } finally {
    // A page that was interrupted is still a page.
    await output.write(format.tail);
  }
}

/** `run` says whether nothing is left to be tried again; until then what is finished stays in the journal. */
async function withJournal(
  flags: ExtractFlags,
  settings: RunSettings,
  run: (journal: Journal | null) => Promise<boolean>,
): Promise<void> {
  const { output } = flags;
  const mode = journalMode(flags, output, "-o");
  const journal = output === undefined ? null : await Journal.open(output, settings, mode);
  let isWhole = false;
  try {
    isWhole = await run(journal);
  } finally {
    if (isWhole) await journal?.remove();
    else if (journal !== null && (await journal.keep())) {
      process.stderr.write(
        `gner: ${journal.rows} finished documents are kept in ${journal.path}; --resume goes on from there\n`,
      );
    }
  }
}
