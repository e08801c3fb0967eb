import { excerpt, FormatError } from "../../core/errors.js";
import { withoutMarkup } from "./bracketed-text.js";
import { readLines } from "./lines.js";
import type { Annotated, Place } from "./reader.js";
import { annotateText } from "./text-spans.js";
import { type Wanted, wantedLines } from "./wanted.js";

/** What stands before the absent types of a line. */
export const absentMark = "## absent:";

const markup = /\[(?<words>[^[\]]+)\]\((?<label>[^()[\]]+)\)/g;

/**
 * Sentences of open types, one a line: `[words](type)` inline, plain text between, then `## absent: type, type` with
 * types that no mention has. Throws FormatError for square brackets that are no markup, an absent type that is
 * present, and what `readLines` throws.
 */
export async function* readOpenTypes(file: string, wanted?: Wanted): AsyncGenerator<Annotated> {
  for await (const { first, lines } of readLines(file)) {
    yield* wantedLines(lines, wanted, (line, i) => readOpenTypesLine(line, { file, line: first + i }));
  }
}

/** One such sentence. Throws FormatError as `readOpenTypes` does. */
export function readOpenTypesLine(line: string, place: Place): Annotated {
  const mark = line.lastIndexOf(absentMark);
  const body = (mark === -1 ? line : line.slice(0, mark)).trim();
  const { text, spans } = withoutMarkup(body, markup);
  if (/[[\]]/.test(body.replace(markup, ""))) {
    throw new FormatError(
      place.file,
      place.line,
      `a square bracket outside of [words](type): ${excerpt(body)}`,
    );
  }
  const absent = mark === -1 ? [] : typeList(line.slice(mark + absentMark.length));
  const present = absent.find((type) => spans.some(({ label }) => label === type));
  if (present !== undefined) {
    throw new FormatError(place.file, place.line, `type ${excerpt(present)} is absent and present`);
  }
  return { ...annotateText(place, text, spans, "utf16"), ...(absent.length > 0 ? { absent } : {}) };
}

function typeList(list: string): string[] {
  return list
    .split(",")
    .map((type) => type.trim())
    .filter((type) => type !== "");
}
