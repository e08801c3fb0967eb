import { z } from "zod";
import type { Detected } from "./formats.js";
import type { JsonKind } from "./json-formats.js";
import { jsonKinds, jsonReaders } from "./json-formats.js";
import { ParquetFile } from "./parquet-file.js";
import { parquetSpans } from "./parquet-spans.js";
import { likelyScheme } from "./tag-schemes.js";

const sampleRows = 200;

/** The ways to read a Parquet file, from its columns and first rows. */
export async function detectParquet(path: string): Promise<Detected[]> {
  const file = await ParquetFile.open(path);
  try {
    const rows: Readonly<Record<string, unknown>>[] = [];
    for await (const { cells } of file.rows(undefined, sampleRows)) rows.push(cells);
    if (rows.length === 0) return [];
    const columns = file.columns.map((name) => ({ name, cells: rows.map((row) => row[name]) }));
    const tags = tagLayouts(columns, (name) => file.classNames(name));
    if (tags.length > 0) return tags;
    const entries = jsonLayouts(rows);
    const spans = spanLayouts(columns);
    // Rows of texts and spans are entries of spaCy too, but those have no names.
    const isPlain = entries.every(({ format }) => format.kind === "parquet" && format.rows === "spacy");
    return isPlain && spans.length > 0 ? spans : entries;
  } finally {
    await file.close();
  }
}

interface Column {
  readonly name: string;
  readonly cells: readonly unknown[];
}

const strings = z.array(z.string());
const numbers = z.array(z.int());

/** Words, and lists of as many tags. Of several such columns those that are named for entities count. */
function tagLayouts(
  columns: readonly Column[],
  classNames: (column: string) => readonly string[] | null,
): Detected[] {
  const lists = columns.flatMap(({ name, cells }) => {
    const values = tagsOf(cells, classNames(name));
    return values === null ? [] : [{ name, values }];
  });
  const words = columns.find(({ name, cells }) => /^(?:tokens|words)$/i.test(name) && areStrings(cells));
  if (words === undefined) return [];
  const lengths = words.cells.map((cell) => strings.safeParse(cell).data?.length);
  const tags = lists.filter(
    ({ name, values }) =>
      name !== words.name &&
      /ner|tag|label|entit/i.test(name) &&
      values.every((row, i) => row.length === lengths[i]),
  );
  const rank = ({ name }: { readonly name: string }) =>
    /ner/i.test(name) ? 2 : /pos|chunk/i.test(name) ? 0 : 1;
  const best = Math.max(...tags.map(rank));
  return tags
    .filter((column) => rank(column) === best)
    .map(({ name, values }) => ({
      format: {
        kind: "parquet",
        rows: "tags",
        wordsColumn: words.name,
        tagsColumn: name,
        scheme: likelyScheme(values),
      },
      reason: `column ${words.name} holds words, column ${name} as many tags`,
    }));
}

function areStrings(cells: readonly unknown[]): boolean {
  return cells.every((cell) => strings.safeParse(cell).success);
}

/** The tags of each row; null for a column of something else. Numbers without names cannot be told to be tags. */
function tagsOf(cells: readonly unknown[], classNames: readonly string[] | null): string[][] | null {
  const rows = cells.map((cell) => {
    const numbered = numbers.safeParse(cell).data;
    const named = classNames === null ? undefined : numbered?.map((number) => classNames[number] ?? "");
    return named ?? strings.safeParse(cell).data;
  });
  const found = rows.filter((row) => row !== undefined);
  const all = found.flat();
  const outside = all.filter((tag) => tag === "O").length;
  return found.length < rows.length || outside * 10 < all.length || outside === 0 ? null : found;
}

function jsonLayouts(rows: readonly unknown[]): Detected[] {
  const fitting = jsonKinds.filter((kind: JsonKind) => rows.every((row) => jsonReaders[kind].accepts(row)));
  return fitting.map((kind) => ({
    format: { kind: "parquet", rows: kind },
    reason: `its first ${rows.length} rows are entries of ${kind}`,
  }));
}

/** Columns of spans, beside the column of texts that is named as one, or the only one. */
function spanLayouts(columns: readonly Column[]): Detected[] {
  const texts = columns.filter(({ cells }) => cells.every((cell) => typeof cell === "string"));
  const named = texts.find(({ name }) => /text|sentence|passage|content/i.test(name));
  const text = named ?? (texts.length === 1 ? texts[0] : undefined);
  if (text === undefined) return [];
  return columns.filter(holdsSpans).map(({ name }) => ({
    format: { kind: "parquet", rows: "spans", textColumn: text.name, spansColumn: name },
    reason: `column ${text.name} holds texts, column ${name} spans`,
  }));
}

function holdsSpans({ cells }: Column): boolean {
  const spans = cells.map((cell) => (cell === undefined ? [] : parquetSpans(cell)));
  return spans.every((row) => typeof row !== "string") && spans.some((row) => row.length > 0);
}
