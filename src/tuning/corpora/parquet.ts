import { z } from "zod";
import { excerpt, FormatError } from "../../core/errors.js";
import { jsonReaders } from "./json-formats.js";
import { faults } from "./json-reader.js";
import { ParquetFile } from "./parquet-file.js";
import type { ParquetFormat, ParquetSpans, ParquetTags } from "./parquet-format.js";
import { parquetSpans } from "./parquet-spans.js";
import type { Place, Reading } from "./reader.js";
import { annotateTaggedWords } from "./tagged-words.js";
import { annotateText } from "./text-spans.js";

type Cells = Readonly<Record<string, unknown>>;
type Annotate = (cells: Cells, place: Place) => Reading;

/**
 * The rows of a Parquet file, streamed row group by row group; where others give a line, the row's number stands, from
 * 1. Columns `id` and `doc_id` name rows and documents. Throws FormatError for columns that are not there, numbers
 * without names, and rows that are not as the format says.
 */
export async function* readParquet(path: string, format: ParquetFormat): AsyncGenerator<Reading> {
  const file = await ParquetFile.open(path);
  try {
    const { columns, annotate } = layout(file, path, format);
    for await (const { number, cells } of file.rows(columns))
      yield annotate(cells, { file: path, line: number });
  } finally {
    await file.close();
  }
}

interface Layout {
  /** All columns, where none are named. */
  readonly columns: readonly string[] | undefined;
  readonly annotate: Annotate;
}

function layout(file: ParquetFile, path: string, format: ParquetFormat): Layout {
  switch (format.rows) {
    case "tags":
      return {
        columns: present(file, path, format.wordsColumn, format.tagsColumn),
        annotate: tagged(format, format.tagNames ?? file.classNames(format.tagsColumn)),
      };
    case "spans":
      return {
        columns: present(file, path, format.textColumn, format.spansColumn),
        annotate: spanned(format, format.labelNames ?? file.classNames(format.spansColumn)),
      };
    default: {
      const reader = jsonReaders[format.rows];
      return { columns: undefined, annotate: (cells, place) => reader.annotate(cells, place) };
    }
  }
}

const idColumns = ["id", "doc_id"];

/** The columns asked for, with those of names. */
function present(file: ParquetFile, path: string, ...asked: readonly string[]): string[] {
  const { columns } = file;
  const missing = asked.find((name) => !columns.includes(name));
  if (missing !== undefined) {
    throw new FormatError(path, 0, `no column ${excerpt(missing)}: it has ${columns.join(", ")}`);
  }
  return [...new Set([...asked, ...idColumns.filter((name) => columns.includes(name))])];
}

const names = z.union([z.string(), z.number()]).optional();

function rowNames({ id, doc_id }: Cells): { sourceId?: string; document?: string } {
  const sourceId = names.safeParse(id).data;
  const document = names.safeParse(doc_id).data;
  return {
    ...(sourceId === undefined ? {} : { sourceId: String(sourceId) }),
    ...(document === undefined ? {} : { document: String(document) }),
  };
}

const words = z.array(z.string());
const tagList = z.array(z.union([z.string(), z.int()]));

/** Rows of words and tags. */
function tagged(
  { wordsColumn, tagsColumn, scheme }: ParquetTags,
  tagNames: readonly string[] | null,
): Annotate {
  return (cells, place) => {
    const foundWords = checked(words, cells[wordsColumn], wordsColumn, place);
    const tags = checked(tagList, cells[tagsColumn], tagsColumn, place).map((tag) =>
      typeof tag === "string" ? tag : className(tag, tagNames, "tagNames", place),
    );
    if (foundWords.length === 0 && tags.length === 0)
      return { line: place.line, leftOut: "it holds no word" };
    return { ...annotateTaggedWords(place, foundWords, tags, scheme), ...rowNames(cells) };
  };
}

/** Rows of a text and its spans. */
function spanned({ textColumn, spansColumn }: ParquetSpans, labelNames: readonly string[] | null): Annotate {
  return (cells, place) => {
    const text = checked(z.string(), cells[textColumn], textColumn, place);
    const spans = parquetSpans(cells[spansColumn] ?? []);
    if (typeof spans === "string")
      throw new FormatError(place.file, place.line, `column ${spansColumn}: ${spans}`);
    const named = spans.map(({ label, ...span }) => ({
      ...span,
      label: typeof label === "string" ? label : className(label, labelNames, "labelNames", place),
    }));
    return { ...annotateText(place, text, named, "code-points"), ...rowNames(cells) };
  };
}

function checked<T>(schema: z.ZodType<T>, value: unknown, column: string, { file, line }: Place): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new FormatError(file, line, `column ${column}: ${faults(result.error)}`);
}

function className(number: number, known: readonly string[] | null, setting: string, place: Place): string {
  const name = known?.[number];
  if (name !== undefined) return name;
  const reason =
    known === null
      ? `it has numbers and the file names none of them: give ${setting}, the names from number 0 on`
      : `no name for number ${number}: there are ${known.length}`;
  throw new FormatError(place.file, place.line, reason);
}
