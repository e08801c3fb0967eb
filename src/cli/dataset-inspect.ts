import { existsSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { Command } from "commander";
import { InputError } from "../core/errors.js";
import { writeOutputFile } from "../files/output-file.js";
import { manifestName } from "../tuning/check-manifest.js";
import { formatKinds } from "../tuning/corpora/formats.js";
import type { Inspection } from "../tuning/inspect/inspection.js";
import { inspectCorpus } from "../tuning/inspect.js";
import { formatToRead } from "./corpus-format.js";
import { withCount } from "./count-bar.js";
import { inspectionTable } from "./inspect-table.js";

interface InspectFlags {
  readonly format: string;
  readonly json?: true;
  readonly html?: string;
  readonly overwrite?: true;
}

const help = `
Examples:
  $ gner dataset inspect train.tsv
  $ gner dataset inspect train.tsv --html train.html
  $ gner dataset inspect brat-folder --json > counts.json
  $ gner dataset inspect odd.txt --format '{ kind: columns, separator: whitespace, tagColumn: 1 }'

FORMAT is auto (the beginning of the file decides; what was chosen and why goes to stderr), one of
${formatKinds.join(", ")},
or a mapping as plans have it. With auto or a name, lines that can be settled, such as empty words and tags outside
the scheme, are listed among the suspicious rows instead of ending the reading.

PAGE is one file with plots and tables: it has no script and loads nothing. The table, or the JSON, is printed too.`;

/** `gner dataset inspect`: what a corpus file holds. */
export function inspectCommand(signal: AbortSignal): Command {
  return new Command("inspect")
    .description("count what a corpus file holds: sentences, entities, labels, lengths, suspicious rows")
    .argument("<file>", "corpus file, packed with gzip or not; a folder for brat")
    .option("--format <format>", "how the file is laid out", "auto")
    .option("--json", "print JSON instead of a table")
    .option("--html <page>", "write a page with plots and tables, too")
    .option("--overwrite", "replace the page that is there")
    .addHelpText("after", help)
    .action((file: string, flags: InspectFlags) => inspect(file, flags, signal));
}

async function inspect(file: string, flags: InspectFlags, signal: AbortSignal): Promise<void> {
  const { html } = flags;
  if (html !== undefined) checkPage(html, file, flags.overwrite ?? false);
  if (flags.format === "auto" && existsSync(join(file, manifestName))) {
    const instead = `its ${manifestName} has its counts, and a file of rows in GNER's form can be inspected`;
    throw new InputError(`${file} is a data set that was built: ${instead}`);
  }
  const format = await formatToRead(file, flags.format, "--format", true);
  const look = () =>
    withCount("counting: 0 sentences", (show) =>
      inspectCorpus(file, format, signal, ({ pass, sentences }) =>
        show(`${pass === 1 ? "counting" : "comparing"}: ${sentences} sentences`),
      ),
    );
  const inspection = html === undefined ? await look() : await lookAndWritePage(html, basename(file), look);
  process.stdout.write(flags.json ? `${JSON.stringify(inspection, null, 2)}\n` : inspectionTable(inspection));
}

function checkPage(page: string, file: string, overwrite: boolean): void {
  if (isSame(page, file)) throw new InputError(`--html ${page} is the corpus: name another file`);
  if (existsSync(page) && !overwrite) {
    throw new InputError(`--html ${page} is there already: name another, or --overwrite it`);
  }
}

/** Whether two paths name one file, behind links too: these are followed when the page is written. */
function isSame(page: string, file: string): boolean {
  return existsSync(page) && existsSync(file) && realpathSync(page) === realpathSync(file);
}

/** Opens the page before the corpus is read: a folder that is not there is no news after an hour. */
function lookAndWritePage(page: string, name: string, look: () => Promise<Inspection>): Promise<Inspection> {
  return writeOutputFile(page, async (output) => {
    const inspection = await look();
    // The packages that draw take longer to load than a small corpus to read.
    const { inspectionPage } = await import("./inspect-page.js");
    await output.write(await inspectionPage(name, inspection));
    return inspection;
  });
}
