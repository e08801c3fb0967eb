import { excerpt, InputError } from "../../core/errors.js";
import type { ColumnFormat } from "./columns.js";
import { collectLabels, readColumns } from "./columns.js";
import type { CorpusFile, NameLabel } from "./reader.js";

/** How a corpus file is laid out. One member for each reader, told apart by `kind`. */
export type CorpusFormat = { readonly kind: "columns" } & ColumnFormat;

/** The reader of a file. */
export function corpusFile(file: string, format: CorpusFormat): CorpusFile {
  switch (format.kind) {
    case "columns":
      return {
        collectLabels: (nameLabel) => collectLabels(file, format, nameLabel),
        examples: (settings) => readColumns(file, format, settings),
      };
  }
}

/**
 * Names labels by a table (`programlang` -> `programming language`). A label that is not in the table keeps its
 * name; one with null must not occur, and asking for its name throws InputError.
 */
export function labelNaming(names: Readonly<Record<string, string | null>>): NameLabel {
  const table = new Map(Object.entries(names));
  return (fileLabel) => {
    const name = table.get(fileLabel);
    if (name === null) throw new InputError(`label ${excerpt(fileLabel)} is refused: its label name is null`);
    return name ?? fileLabel;
  };
}
