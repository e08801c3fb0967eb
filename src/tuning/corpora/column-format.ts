import type { TagScheme } from "./tag-schemes.js";

/**
 * A column file: a word and its tag a line, blank lines between sentences. Lines that start with `-DOCSTART-` end a
 * sentence and start a document.
 */
export interface ColumnFormat {
  /** The column of the word: from 0, or from the end of the line with -1 for the last. */
  readonly wordColumn: number;
  /** The column of the tag, counted the same way. */
  readonly tagColumn: number;
  /**
   * `tab`: one tab, so that words and tags may hold spaces. `whitespace`: any run of spaces and tabs. `csv`: a comma,
   * cells may be quoted. Anything else is the separator itself. White space around a word is never part of it.
   */
  readonly separator: string;
  /** How tags spell mentions; see `TagScheme`. */
  readonly scheme: TagScheme;
  /** Whether lines that start with `# ` before the first word of a sentence are comments. */
  readonly comments: boolean;
  /**
   * What happens to a word that is empty or only white space, which no row can hold. `refuse`: FormatError. `drop`:
   * the line is left out, where its tag is `O`; a sentence of nothing else is left out with it. `boundary`: the line
   * ends the sentence, where its tag is `O`.
   */
  readonly emptyWords: "refuse" | "drop" | "boundary";
  /**
   * The column of CoNLL-U's word numbers, where the file has one: lines numbered `3-4` (a token of several words) or
   * `3.1` (an empty node) are no words. Default: none.
   */
  readonly indexColumn?: number | undefined;
  /** Whether the columns from the tag's to the last are layers of nested mentions. Default false. */
  readonly layers?: boolean;
  /** Whether words are single characters, each with a digit for its place in its word behind it. Default false. */
  readonly segmentDigit?: boolean;
  /** What happens to a tag outside the scheme. `refuse` (default): FormatError. `outside`: `O`, with a remark. */
  readonly oddTags?: "refuse" | "outside";
}
