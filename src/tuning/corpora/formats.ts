import { readBrat } from "./brat.js";
import type { ColumnFormat } from "./column-format.js";
import { readColumns } from "./columns.js";
import type { InlineTypesFormat } from "./inline-types.js";
import { readInlineTypes } from "./inline-types.js";
import { jsonKinds, jsonReaders } from "./json-formats.js";
import { readOpenTypes } from "./open-types.js";
import { readParquet } from "./parquet.js";
import type { ParquetFormat } from "./parquet-format.js";
import { readPubtator } from "./pubtator.js";
import type { Reading } from "./reader.js";
import type { SpanCsvFormat } from "./span-csv.js";
import { readSpanCsv } from "./span-csv.js";
import { readTaggedLines } from "./tagged-lines.js";
import type { Wanted } from "./wanted.js";

/** The kinds that are read without being told more. */
export const plainKinds = ["brat", "open-types", "pubtator", "tagged-lines", ...jsonKinds] as const;

/** How a corpus file is laid out. One member for each reader, told apart by `kind`. */
export type CorpusFormat =
  | ({ readonly kind: "columns" } & ColumnFormat)
  | ({ readonly kind: "span-csv" } & SpanCsvFormat)
  | ({ readonly kind: "inline-types" } & InlineTypesFormat)
  | ({ readonly kind: "parquet" } & ParquetFormat)
  | { readonly kind: (typeof plainKinds)[number] };

/** A format that fits the beginning of a file, and what speaks for it. */
export interface Detected {
  readonly format: CorpusFormat;
  readonly reason: string;
}

const kinds: CorpusFormat["kind"][] = [...plainKinds, "columns", "inline-types", "parquet", "span-csv"];

/** All kinds, in code unit order. */
export const formatKinds: readonly CorpusFormat["kind"][] = kinds.toSorted();

/**
 * The entries of a file as its reader finds them. Where not all are wanted, some readers pass over others unread, and give
 * those that come their numbers. Throws InputError and FormatError as the reader says.
 */
export function readEntries(file: string, format: CorpusFormat, wanted?: Wanted): AsyncIterable<Reading> {
  switch (format.kind) {
    case "columns":
      return readColumns(file, format, wanted);
    case "span-csv":
      return readSpanCsv(file, format);
    case "inline-types":
      return readInlineTypes(file, format);
    case "parquet":
      return readParquet(file, format);
    case "brat":
      return readBrat(file);
    case "open-types":
      return readOpenTypes(file, wanted);
    case "pubtator":
      return readPubtator(file);
    case "tagged-lines":
      return readTaggedLines(file, wanted);
    default:
      return jsonReaders[format.kind].read(file);
  }
}
