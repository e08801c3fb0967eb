import type { CorpusFormat } from "../../src/tuning/corpora/formats.js";
import { bioTsv } from "./support.js";

/** A format, and what it can hold. */
export interface WriterCase {
  readonly name: string;
  readonly format: CorpusFormat;
  /** Whether the format has words, and text only as far as words are parted by single spaces. */
  readonly hasWords: boolean;
  readonly nested: boolean;
  readonly fragments: boolean;
  readonly absent: boolean;
}

const flatWords = { hasWords: true, nested: false, fragments: false, absent: false };
const nestedWords = { ...flatWords, nested: true };
const flatText = { ...flatWords, hasWords: false };
const nestedText = { ...flatText, nested: true };

export const writerCases: readonly WriterCase[] = [
  { name: "BIO columns", format: bioTsv, ...flatWords },
  {
    name: "BIOES columns, tag first",
    format: { ...bioTsv, scheme: "bioes", wordColumn: 1, tagColumn: 0 },
    ...flatWords,
  },
  {
    name: "IOB1 columns between spaces",
    format: { ...bioTsv, scheme: "iob1", separator: "whitespace" },
    ...flatWords,
  },
  { name: "IO columns between bars", format: { ...bioTsv, scheme: "io", separator: "||" }, ...flatWords },
  { name: "columns as CSV", format: { ...bioTsv, separator: "csv" }, ...flatWords },
  { name: "CoNLL-U", format: { ...bioTsv, wordColumn: 1, indexColumn: 0, comments: true }, ...flatWords },
  { name: "columns with layers", format: { ...bioTsv, tagColumn: 1, layers: true }, ...nestedWords },
  { name: "GLiNER", format: { kind: "gliner" }, ...nestedWords, absent: true },
  { name: "SpERT", format: { kind: "spert" }, ...nestedWords },
  { name: "token mentions", format: { kind: "token-mentions" }, ...nestedWords },
  { name: "DocRED", format: { kind: "docred" }, ...nestedWords },
  { name: "GNER", format: { kind: "gner" }, ...flatWords },
  { name: "tagged lines", format: { kind: "tagged-lines" }, ...flatWords },
  {
    name: "Parquet of tags",
    format: { kind: "parquet", rows: "tags", wordsColumn: "tokens", tagsColumn: "ner_tags", scheme: "bio" },
    ...flatWords,
  },
  {
    name: "Parquet of spans",
    format: { kind: "parquet", rows: "spans", textColumn: "text", spansColumn: "entities" },
    ...nestedText,
  },
  {
    name: "Parquet of conversations",
    format: { kind: "parquet", rows: "conversations" },
    ...nestedText,
    absent: true,
  },
  { name: "brat", format: { kind: "brat" }, ...nestedText, fragments: true },
  { name: "PubTator", format: { kind: "pubtator" }, ...nestedText },
  { name: "spaCy", format: { kind: "spacy" }, ...nestedText },
  { name: "Prodigy", format: { kind: "prodigy" }, ...nestedText },
  { name: "doccano", format: { kind: "doccano" }, ...nestedText },
  { name: "Label Studio", format: { kind: "label-studio" }, ...nestedText },
  { name: "Presidio", format: { kind: "presidio" }, ...nestedText },
  { name: "InstructUIE", format: { kind: "instruct-uie" }, ...nestedText },
  { name: "conversations", format: { kind: "conversations" }, ...nestedText, absent: true },
  { name: "open types", format: { kind: "open-types" }, ...flatText, absent: true },
  { name: "inline types", format: { kind: "inline-types", column: "text", delimiter: ";" }, ...flatText },
  {
    name: "span CSV",
    format: { kind: "span-csv", textColumn: "text", spansColumn: "spans", delimiter: "," },
    ...nestedText,
  },
];
