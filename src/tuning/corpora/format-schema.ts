import { z } from "zod";
import type { CorpusFormat } from "./formats.js";
import { plainKinds } from "./formats.js";
import { jsonKinds } from "./json-formats.js";
import { tagSchemes } from "./tag-schemes.js";

const column = z.int();
const header = z.string().min(1);

const columnFormat = z
  .strictObject({
    /** A word and its tag a line; see `ColumnFormat`. */
    kind: z.literal("columns"),
    /** Column of the words, from 0, or from the end with -1. Default 0. */
    wordColumn: column.default(0),
    /** Column of the tags. Default -1, the last. */
    tagColumn: column.default(-1),
    /** `tab` (default), `whitespace`, `csv`, or the separator itself. */
    separator: z.string().min(1).default("tab"),
    /** Tag scheme: `bio` (default), `iob1`, `bioes` or `io`. */
    scheme: z.enum(tagSchemes).default("bio"),
    /** Whether `# ` lines before a sentence are comments. Default false. */
    comments: z.boolean().default(false),
    /** Empty words: `refuse` (default) stops the build, `drop` leaves such lines out where their tag is O, `boundary`
     * ends the sentence there. */
    emptyWords: z.enum(["refuse", "drop", "boundary"]).default("refuse"),
    /** Column of CoNLL-U's word numbers. Default: none. */
    indexColumn: column.optional(),
    /** Whether the columns from the tags' to the last are layers of nested mentions. Default false. */
    layers: z.boolean().default(false),
    /** Whether each word is a character with a segment digit. Default false. */
    segmentDigit: z.boolean().default(false),
    /** Tags outside the scheme: `refuse` (default) stops the build, `outside` reads them as O. */
    oddTags: z.enum(["refuse", "outside"]).default("refuse"),
  })
  .refine(({ wordColumn, tagColumn }) => wordColumn !== tagColumn, {
    path: ["tagColumn"],
    error: "must differ from wordColumn",
  });

const spanCsvFormat = z.strictObject({
  /** CSV with a column of texts and one of spans as JSON; see `SpanCsvFormat`. */
  kind: z.literal("span-csv"),
  /** Headers of the two columns. */
  textColumn: header,
  spansColumn: header,
  /** Between cells. Default a comma. */
  delimiter: header.default(","),
});

const inlineTypesFormat = z.strictObject({
  /** CSV with a column of texts that hold `[type : words]`; see `InlineTypesFormat`. */
  kind: z.literal("inline-types"),
  /** Header of that column. */
  column: header,
  /** Between cells. Default a comma. */
  delimiter: header.default(","),
});

const names = z.array(z.string().min(1)).min(1);

const parquetFormat = z.discriminatedUnion("rows", [
  z.strictObject({
    /** Parquet; see `ParquetFormat`. Rows of words and a tag each. */
    kind: z.literal("parquet"),
    rows: z.literal("tags"),
    /** Default `tokens`. */
    wordsColumn: header.default("tokens"),
    /** Default `ner_tags`. */
    tagsColumn: header.default("ner_tags"),
    /** As for columns. */
    scheme: z.enum(tagSchemes).default("bio"),
    /** What numbers in place of tags mean, from 0 on. Default: what the file says. */
    tagNames: names.optional(),
  }),
  z.strictObject({
    kind: z.literal("parquet"),
    /** Rows of a text and its spans. */
    rows: z.literal("spans"),
    /** Default `text`. */
    textColumn: header.default("text"),
    /** Default `entities`. */
    spansColumn: header.default("entities"),
    /** What numbers in place of labels mean, from 0 on. Default: what the file says. */
    labelNames: names.optional(),
  }),
  z.strictObject({
    kind: z.literal("parquet"),
    /** Rows that are the entries of a JSON format. */
    rows: z.enum(jsonKinds),
  }),
]);

const plainFormat = z.strictObject({
  /** A format that has no settings; see its reader. */
  kind: z.enum(plainKinds),
});

/** How a corpus file is laid out, as plans and command lines say it; told apart by `kind`. */
export const corpusFormat = z.discriminatedUnion("kind", [
  columnFormat,
  spanCsvFormat,
  inlineTypesFormat,
  parquetFormat,
  plainFormat,
]) satisfies z.ZodType<CorpusFormat>;
