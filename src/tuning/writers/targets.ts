import { InputError } from "../../core/errors.js";
import type { CorpusFormat } from "../corpora/formats.js";
import type { BratDocument } from "./brat.js";
import { encodeBrat } from "./brat.js";
import { columnEncoder } from "./columns.js";
import { encodeConversation } from "./conversations.js";
import { csvCell } from "./csv-cell.js";
import type { Encode } from "./draft.js";
import { encodeInlineTypes, encodeOpenTypes, encodeTaggedLine } from "./marked-lines.js";
import type { ParquetLayout } from "./parquet.js";
import { parquetLayout } from "./parquet.js";
import { encodePubtator } from "./pubtator.js";
import {
  encodeDoccano,
  encodeInstructUie,
  encodeLabelStudio,
  encodePresidio,
  encodeProdigy,
  encodeSpacy,
  encodeSpanCells,
} from "./text-formats.js";
import { encodeDocred, encodeGliner, encodeSpert, encodeTokenMentions, gnerEncoder } from "./word-formats.js";

/** How a format is written: as text, as the files of a folder, or as rows of Parquet. */
export type Target =
  | {
      readonly kind: "text";
      readonly head: string;
      readonly between: string;
      readonly tail: string;
      readonly encode: Encode<string>;
    }
  | { readonly kind: "brat"; readonly encode: Encode<BratDocument> }
  | ({ readonly kind: "parquet" } & ParquetLayout);

/** The kinds that can be written, in code unit order: all but questions about one type, which part a document. */
export const writableKinds = [
  "brat",
  "columns",
  "conversations",
  "doccano",
  "docred",
  "gliner",
  "gner",
  "inline-types",
  "instruct-uie",
  "label-studio",
  "open-types",
  "parquet",
  "presidio",
  "prodigy",
  "pubtator",
  "spacy",
  "span-csv",
  "spert",
  "tagged-lines",
  "token-mentions",
] as const satisfies readonly CorpusFormat["kind"][];

/** Whether a format needs the labels of the whole file before its first document is written. */
export function needsLabels({ kind }: CorpusFormat): boolean {
  return kind === "gner";
}

/**
 * The target of a format. `labels` are those of the whole file, for formats that need them. Throws InputError for
 * formats and settings that can be read but not written.
 */
export function targetOf(format: CorpusFormat, labels: readonly string[]): Target {
  switch (format.kind) {
    case "columns":
      return text(columnEncoder(format));
    case "span-csv": {
      const { textColumn, spansColumn, delimiter } = format;
      checkCsv(delimiter, textColumn, spansColumn);
      const row = (cells: readonly string[]) =>
        `${cells.map((cell) => csvCell(cell, delimiter)).join(delimiter)}\n`;
      return text(
        mapped(encodeSpanCells, (cells) => row(cells)),
        row([textColumn, spansColumn]),
      );
    }
    case "inline-types": {
      const { column, delimiter } = format;
      // Readers tell a CSV file by its second column.
      const number = column === "number" ? "row" : "number";
      checkCsv(delimiter, column);
      let rows = 0;
      const row = (name: string, cell: string) => `${name}${delimiter}${csvCell(cell, delimiter)}\n`;
      return text(
        mapped(encodeInlineTypes, (cell) => row(String(++rows), cell)),
        row(number, column),
      );
    }
    case "parquet":
      return { kind: "parquet", ...parquetLayout(format) };
    case "brat":
      return { kind: "brat", encode: encodeBrat };
    case "pubtator":
      return text(encodePubtator);
    case "open-types":
      return text(mapped(encodeOpenTypes, asLine));
    case "tagged-lines":
      return text(mapped(encodeTaggedLine, asLine));
    case "label-studio": {
      const entry = mapped(encodeLabelStudio, (task) => JSON.stringify(task));
      // Its import takes a list only.
      return { kind: "text", head: "[\n", between: ",\n", tail: "\n]\n", encode: entry };
    }
    case "type-questions":
      throw new InputError(
        "type-questions can be read but not written: write conversations, one for each document",
      );
    case "conversations":
      return jsonLines(encodeConversation);
    case "doccano":
      return jsonLines(encodeDoccano);
    case "docred":
      return jsonLines(encodeDocred);
    case "gliner":
      return jsonLines(encodeGliner);
    case "gner":
      return jsonLines(gnerEncoder(labels));
    case "instruct-uie":
      return jsonLines(encodeInstructUie);
    case "presidio":
      return jsonLines(encodePresidio);
    case "prodigy":
      return jsonLines(encodeProdigy);
    case "spacy":
      return jsonLines(encodeSpacy);
    case "spert":
      return jsonLines(encodeSpert);
    case "token-mentions":
      return jsonLines(encodeTokenMentions);
  }
}

function text(encode: Encode<string>, head = ""): Target {
  return { kind: "text", head, between: "", tail: "", encode };
}

function jsonLines(encode: Encode<object>): Target {
  return text(mapped(encode, (entry) => asLine(JSON.stringify(entry))));
}

function asLine(entry: string): string {
  return `${entry}\n`;
}

function mapped<T, U>(encode: Encode<T>, map: (entry: T) => U): Encode<U> {
  return (draft) => {
    const entry = encode(draft);
    return entry === null ? null : map(entry);
  };
}

function checkCsv(delimiter: string, ...columns: readonly string[]): void {
  if (/["\r\n\p{L}\p{N}[\]{}]/u.test(delimiter)) {
    throw new InputError(
      `CSV cannot be written with the delimiter ${JSON.stringify(delimiter)}: take a comma`,
    );
  }
  if (new Set(columns).size < columns.length) throw new InputError("textColumn and spansColumn must differ");
  const odd = columns.find((column) => /[\r\n]/.test(column) || column.startsWith("\ufeff"));
  if (odd !== undefined) throw new InputError(`${JSON.stringify(odd)} cannot be the name of a column`);
}
