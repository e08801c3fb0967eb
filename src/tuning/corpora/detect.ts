import { stat } from "node:fs/promises";
import { InputError } from "../../core/errors.js";
import { detectColumns } from "./detect-columns.js";
import { detectCsv } from "./detect-csv.js";
import { detectJson } from "./detect-json.js";
import { detectParquet } from "./detect-parquet.js";
import type { CorpusFormat, Detected } from "./formats.js";
import { formatKinds, plainKinds } from "./formats.js";
import { readLines } from "./lines.js";
import { absentMark } from "./open-types.js";
import { isParquet } from "./parquet-file.js";
import { pubtatorText } from "./pubtator.js";
import { sourceError } from "./source.js";

/**
 * Finds the format of a corpus file, or of a brat folder, from its beginning. With `kind`, only formats of that kind
 * are looked for. Throws InputError where none fits or several fit equally, naming them, and what reading throws.
 */
export async function detectFormat(path: string, kind?: CorpusFormat["kind"]): Promise<Detected> {
  const plain = plainKinds.find((name) => name === kind);
  if (plain !== undefined) return { format: { kind: plain }, reason: "as asked for" };
  const candidates = (await isBrat(path))
    ? [{ format: { kind: "brat" } as const, reason: "a folder or file of brat's .ann and .txt pairs" }]
    : await candidatesOf(path);
  const fitting = candidates.filter(({ format }) => kind === undefined || format.kind === kind);
  const [found, ...others] = fitting;
  if (found === undefined) {
    throw new InputError(
      kind === undefined
        ? `${path} is in no format that is known: name one of ${formatKinds.join(", ")}`
        : `${path} does not look like ${kind}${list(candidates)}`,
    );
  }
  if (others.length > 0) {
    throw new InputError(`${path} can be read in several formats: name one${list(fitting)}`);
  }
  return found;
}

function list(candidates: readonly Detected[]): string {
  return candidates.map(({ format, reason }) => `\n  ${describeFormat(format)}: ${reason}`).join("");
}

/** A format on one line, as a plan or a command line would say it. */
export function describeFormat(format: CorpusFormat): string {
  const { kind, ...settings } = format;
  const shown = Object.entries(settings).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return shown.length === 0 ? kind : `{ kind: ${kind}, ${shown.join(", ")} }`;
}

async function isBrat(path: string): Promise<boolean> {
  try {
    return path.endsWith(".ann") || (await stat(path)).isDirectory();
  } catch (cause) {
    throw sourceError(path, cause);
  }
}

async function candidatesOf(path: string): Promise<Detected[]> {
  if (await isParquet(path)) return detectParquet(path);
  const lines = await firstLines(path);
  const filled = lines.filter((line) => line.trim() !== "");
  if (filled.length === 0) throw new InputError(`${path} holds no text`);
  const json = /^\s*[{[]/.test(filled[0] ?? "") ? await detectJson(path) : [];
  if (json.length > 0) return json;
  const text = [...detectPubtator(filled), ...detectOpenTypes(filled), ...detectTaggedLines(filled)];
  if (text.length > 0) return text;
  const csv = await detectCsv(path);
  return csv.length > 0 ? csv : detectColumns(lines);
}

const sampleLines = 5000;

async function firstLines(path: string): Promise<string[]> {
  const sample: string[] = [];
  for await (const { lines } of readLines(path)) {
    for (const line of lines) sample.push(line);
    if (sample.length >= sampleLines) break;
  }
  return sample.slice(0, sampleLines);
}

function detectPubtator([first = ""]: readonly string[]): Detected[] {
  if (pubtatorText.exec(first)?.groups?.kind !== "t") return [];
  return [{ format: { kind: "pubtator" }, reason: `it starts with "id|t|title"` }];
}

function detectOpenTypes(lines: readonly string[]): Detected[] {
  const marked = lines.filter((line) => line.includes(absentMark) || /\[[^[\]]+\]\([^()[\]]+\)/.test(line));
  if (marked.length * 2 < lines.length) return [];
  return [{ format: { kind: "open-types" }, reason: "lines hold [words](type) or absent types" }];
}

function detectTaggedLines(lines: readonly string[]): Detected[] {
  const isTagged = (line: string) => /^(?:\S*:(?:O|[BI]-\S+)\s+)*\S*:(?:O|[BI]-\S+)\s*(?:<=>.*)?$/.test(line);
  if (lines.filter(isTagged).length * 10 < lines.length * 9) return [];
  return [{ format: { kind: "tagged-lines" }, reason: "lines are word:tag items" }];
}
