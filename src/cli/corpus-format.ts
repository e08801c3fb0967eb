import type { Document as YamlDocument } from "yaml";
import { parseDocument } from "yaml";
import { excerpt, InputError } from "../core/errors.js";
import { describeFormat, detectFormat } from "../tuning/corpora/detect.js";
import { corpusFormat } from "../tuning/corpora/format-schema.js";
import type { CorpusFormat } from "../tuning/corpora/formats.js";
import { formatKinds } from "../tuning/corpora/formats.js";
import { faults } from "../tuning/corpora/json-reader.js";
import { tolerant } from "../tuning/inspect.js";
import { writableKinds } from "../tuning/writers/targets.js";

/**
 * The format to read a file in: `auto` (what was found goes to stderr), a kind, or a mapping as plans have it, which
 * means just what it says. The others are made tolerant where `settles` says that lines may be settled. `flag` is named
 * in errors. Throws InputError for anything else and for a file that fits none.
 */
export async function formatToRead(
  file: string,
  asked: string,
  flag: string,
  settles: boolean,
): Promise<CorpusFormat> {
  // A corpus is read more than once: to find its format, its labels, its sentences.
  if (file === "-") throw new InputError("standard input cannot be read as a corpus: name a file");
  if (isMapping(asked)) return givenFormat(asked, flag);
  const kind = formatKinds.find((name) => name === asked);
  if (kind === undefined && asked !== "auto") {
    throw new InputError(`${flag} ${excerpt(asked)}: expected auto, ${formatKinds.join(", ")}, or a mapping`);
  }
  const { format, reason } = await detectFormat(file, kind);
  if (kind === undefined) process.stderr.write(`format: ${describeFormat(format)}\n  ${reason}\n`);
  return settles ? tolerant(format) : format;
}

/** The columns of formats that cannot be written without naming them. */
const usualColumns: Readonly<Record<string, object>> = {
  "inline-types": { column: "text" },
  parquet: { rows: "tags" },
  "span-csv": { textColumn: "text", spansColumn: "entities" },
};

/** The format to write: a kind, with its usual settings, or a mapping. Throws InputError for anything else. */
export function formatToWrite(asked: string, flag: string): CorpusFormat {
  if (isMapping(asked)) return givenFormat(asked, flag);
  const kind = writableKinds.find((name) => name === asked);
  if (kind === undefined) {
    throw new InputError(`${flag} ${excerpt(asked)}: expected ${writableKinds.join(", ")}, or a mapping`);
  }
  return corpusFormat.parse({ kind, ...usualColumns[kind] });
}

/** Whether a format is written out with its settings, and means just these. */
function isMapping(text: string): boolean {
  return text.trim().startsWith("{");
}

function givenFormat(text: string, flag: string): CorpusFormat {
  const checked = corpusFormat.safeParse(yamlValue(text, flag));
  if (checked.success) return checked.data;
  throw new InputError(`${flag}: ${faults(checked.error)}`);
}

function yamlValue(text: string, flag: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) throw new InputError(`${flag} is no YAML mapping: ${fault.message}`);
  return plainValue(document, flag);
}

/** Aliases are followed only here: one without an anchor is no fault of syntax. */
function plainValue(document: YamlDocument, flag: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputError(`${flag} is no YAML mapping: ${reason}`, { cause });
  }
}
