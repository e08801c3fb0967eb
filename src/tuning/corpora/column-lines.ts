import { strip, stripRange } from "../../codecs/whitespace.js";
import { excerpt, FormatError, InputError } from "../../core/errors.js";
import type { ColumnFormat } from "./column-format.js";
import { csvCells } from "./csv.js";
import { labelInScheme } from "./tag-schemes.js";

/** A line of a column file. */
export interface ColumnLine {
  readonly word: string;
  /** One tag, or one for each layer. */
  readonly tags: string[];
  /** A token range or an empty node of CoNLL-U, which is no word of its own. */
  readonly isExtra: boolean;
}

type LineParser = (line: string, number: number) => ColumnLine;

/** Reads lines of words. Throws FormatError for missing columns. */
export function lineParser(file: string, format: ColumnFormat): LineParser {
  const general = generalParser(file, format);
  return isWordAndTag(format) ? wordAndTagParser(general) : general;
}

/** Whether lines are a word first and its tag last, with tabs between, as in most files. */
function isWordAndTag(format: ColumnFormat): boolean {
  const { wordColumn, tagColumn, separator, indexColumn, layers, segmentDigit } = format;
  const isPlain = indexColumn === undefined && layers !== true && segmentDigit !== true;
  return isPlain && separator === "tab" && wordColumn === 0 && tagColumn === -1;
}

/** Cuts out the two columns alone; a line that has not both is left to the general parser. */
function wordAndTagParser(general: LineParser): LineParser {
  return (line, number) => {
    const first = line.indexOf("\t");
    if (first === -1) return general(line, number);
    const last = line.lastIndexOf("\t");
    const isOutside = last + 2 === line.length && line.charCodeAt(last + 1) === letterO;
    const tag = isOutside ? "O" : line.slice(last + 1);
    return { word: stripRange(line, 0, first), tags: [tag], isExtra: false };
  };
}

const letterO = 0x4f;

function generalParser(file: string, format: ColumnFormat): LineParser {
  const { wordColumn, tagColumn, separator, indexColumn, layers, segmentDigit } = format;
  const split = columnSplitter(file, separator);
  return (line, number) => {
    const columns = split(line, number);
    const wordIndex = wordColumn < 0 ? columns.length + wordColumn : wordColumn;
    const tagIndex = tagColumn < 0 ? columns.length + tagColumn : tagColumn;
    const word = columns[wordIndex];
    const tag = columns[tagIndex];
    if (word === undefined || tag === undefined || wordIndex === tagIndex) {
      const found = `${columns.length} ${columns.length === 1 ? "column" : "columns"} (separator: ${separator})`;
      throw new FormatError(
        file,
        number,
        `no word in column ${wordColumn} with a tag in column ${tagColumn}: ${excerpt(line)} has ${found}`,
      );
    }
    const isExtra = indexColumn !== undefined && /^\d+[-.]\d+$/.test(columns[indexColumn] ?? "");
    const text = segmentDigit ? withoutSegmentDigit(word, file, number) : word;
    return { word: strip(text), tags: layers ? layerTags(columns.slice(tagIndex)) : [tag], isExtra };
  };
}

/** The columns of a line. A quoted CSV cell must not go over the end of its line. */
export function columnSplitter(file: string, separator: string): (line: string, number: number) => string[] {
  switch (separator) {
    case "tab":
      return (line) => line.split("\t");
    case "whitespace":
      return (line) => line.replace(/^[ \t]+|[ \t]+$/g, "").split(/[ \t]+/);
    case "csv":
      return (line, number) => {
        const cells = csvCells(line, ",", file, number);
        if (cells === null) throw new FormatError(file, number, "a quoted cell is not closed on its line");
        return cells;
      };
    default:
      return (line) => line.split(separator);
  }
}

/** Files with layers close their lines with an empty column. */
function layerTags(columns: string[]): string[] {
  return columns.length > 1 && columns.at(-1) === "" ? columns.slice(0, -1) : columns;
}

function withoutSegmentDigit(word: string, file: string, line: number): string {
  if (/^.+\d$/su.test(word)) return word.slice(0, -1);
  throw new FormatError(file, line, `${excerpt(word)} does not end in its segment digit`);
}

/** A tag as it is to be read, and what had to be settled for that. */
interface ReadTag {
  readonly tag: string;
  readonly remark: string | null;
}

/** In every scheme. */
const outside: ReadTag = { tag: "O", remark: null };

/**
 * Reads tags, each distinct one only once: a corpus repeats a few dozen of them. Throws FormatError for one outside
 * the scheme that is not to be read as `O`.
 */
export function tagReader(file: string, { scheme, oddTags }: ColumnFormat) {
  const known = new Map<string, ReadTag>();
  const read = (tag: string, line: number): ReadTag => {
    try {
      labelInScheme(scheme, tag);
      return { tag, remark: null };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (oddTags !== "outside") throw new FormatError(file, line, error.message, { cause: error });
      return { tag: "O", remark: `${error.message}; read as O` };
    }
  };
  return (tag: string, line: number): ReadTag => {
    if (tag === "O") return outside;
    const seen = known.get(tag);
    if (seen !== undefined) return seen;
    const found = read(tag, line);
    known.set(tag, found);
    return found;
  };
}
