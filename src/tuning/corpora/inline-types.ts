import { excerpt, FormatError } from "../../core/errors.js";
import { withoutMarkup } from "./bracketed-text.js";
import { readCsvColumns } from "./csv.js";
import type { Annotated, Place } from "./reader.js";
import { annotateText } from "./text-spans.js";

/** A CSV file with a column of texts that hold `[type : words]` inline. */
export interface InlineTypesFormat {
  /** The header of that column. */
  readonly column: string;
  readonly delimiter: string;
}

export const inlineMarkup = /\[\s*(?<label>[^[\]:]+?)\s*:\s*(?<words>[^[\]]+?)\s*\]/g;

/** The texts of such a file, streamed. Throws FormatError for square brackets that are no markup, and for no CSV. */
export async function* readInlineTypes(
  file: string,
  { column, delimiter }: InlineTypesFormat,
): AsyncGenerator<Annotated> {
  for await (const { line, cells } of readCsvColumns(file, delimiter, [column])) {
    const [marked = ""] = cells;
    yield readInlineTypesCell(marked, { file, line });
  }
}

/** One such text. Throws FormatError for square brackets that are no markup. */
export function readInlineTypesCell(marked: string, place: Place): Annotated {
  const { text, spans } = withoutMarkup(marked, inlineMarkup);
  if (/[[\]]/.test(marked.replace(inlineMarkup, ""))) {
    throw new FormatError(
      place.file,
      place.line,
      `a square bracket outside of [type : words]: ${excerpt(marked)}`,
    );
  }
  return annotateText(place, text, spans, "utf16");
}
