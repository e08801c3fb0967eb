import { Command } from "commander";
import type { SchemaName } from "../codecs/schemas/schemas.js";
import type { CheckReport } from "../tuning/check.js";
import { checkDataset } from "../tuning/check.js";
import { alignColumns } from "./columns.js";
import { withCount } from "./count-bar.js";
import { printable } from "./printable.js";
import { schemaFlag, schemaValues } from "./schema-flag.js";

interface CheckFlags {
  readonly schema?: SchemaName;
  readonly json?: true;
}

const help = `
Examples:
  $ gner dataset check out/data
  $ gner dataset check out/data/train-00000-of-00012.jsonl.zst --json
  $ gner dataset check rows.jsonl --schema entity-centric

Every row is read back: its prompt must be worded as it is written today, its target must decode to entities of the
prompt's words and labels, and these must be written as the target. Ids must be of one row each; names, hashes and numbers
of rows and mentions must be those of manifest.json. Form and schema are those of the manifest; a file without one
beside it is of the form of its first row. Any fault: exit code 1.`;

/** `gner dataset check`: whether built rows parse back to their gold. */
export function checkCommand(signal: AbortSignal): Command {
  return new Command("check")
    .description("check that every row of a built data set reads back, and that it is as its manifest says")
    .argument("<path>", "folder of a built data set, or one of its files")
    .option("--schema <schema>", `${schemaValues}, for a file without a manifest (default: bio)`, schemaFlag)
    .option("--json", "print JSON instead of a table")
    .addHelpText("after", help)
    .action(async (path: string, { schema, json }: CheckFlags) => {
      const report = await withCount("0 rows", (show) =>
        checkDataset(path, {
          ...(schema === undefined ? {} : { schema }),
          signal,
          onProgress: ({ file, rows }) => show(`${rows} rows  ${file}`),
        }),
      );
      process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : table(report));
      if (report.faults.length > 0) process.exitCode = 1;
    });
}

const shownFaults = 20;

function table(report: CheckReport): string {
  const { form, schema, hasManifest, files, rows, mentions, faults, faultCounts } = report;
  const schemaText = typeof schema === "string" ? schema : `context=${schema.context}`;
  const total = Object.values(faultCounts).reduce((sum, count) => sum + count, 0);
  const lines = [
    alignColumns([["file", "rows"], ...files.map((file) => [printable(file.file), String(file.rows)])], 1),
    `form ${form ?? "unknown"}, schema ${schemaText}${hasManifest ? "" : ", no manifest.json beside it"}`,
  ];
  if (total === 0) {
    lines.push(`${rows} rows with ${mentions} mentions read back: no fault`);
    return `${lines.join("\n")}\n`;
  }
  const kinds = Object.entries(faultCounts).map(([kind, count]) => `${kind} ${count}`);
  lines.push(`${total} ${total === 1 ? "fault" : "faults"} in ${rows} rows: ${kinds.join(", ")}`);
  for (const { kind, file, line, message } of faults.slice(0, shownFaults)) {
    lines.push(`${printable(file)}${line > 0 ? `:${line}` : ""}: ${kind}: ${printable(message)}`);
  }
  if (total > shownFaults) {
    lines.push(`and ${total - shownFaults} more: --json lists the first 100`);
  }
  return `${lines.join("\n")}\n`;
}
