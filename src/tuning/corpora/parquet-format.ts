import type { JsonKind } from "./json-formats.js";
import type { TagScheme } from "./tag-schemes.js";

/** Rows of words and a tag for each. */
export interface ParquetTags {
  readonly rows: "tags";
  readonly wordsColumn: string;
  /** Lists of tags, or of their numbers in `tagNames`. */
  readonly tagsColumn: string;
  readonly scheme: TagScheme;
  /** Default: the names that the file's own description of its columns has (Hugging Face's `ClassLabel`). */
  readonly tagNames?: readonly string[] | undefined;
}

/** Rows of a text and its mentions by characters: code points, end exclusive. */
export interface ParquetSpans {
  readonly rows: "spans";
  readonly textColumn: string;
  /** Lists of structs, a struct of lists, or either as JSON. */
  readonly spansColumn: string;
  /** The names of numbered labels. Default: those of the file's own description. */
  readonly labelNames?: readonly string[] | undefined;
}

/** A Parquet file: rows of tags, rows of spans, or rows that are the entries of a JSON format. */
export type ParquetFormat = ParquetTags | ParquetSpans | { readonly rows: JsonKind };
