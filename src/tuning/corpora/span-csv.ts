import { z } from "zod";
import { excerpt, FormatError } from "../../core/errors.js";
import { readCsvColumns } from "./csv.js";
import { faults } from "./json-reader.js";
import type { Annotated, Place } from "./reader.js";
import type { Span } from "./text-spans.js";
import { annotateText } from "./text-spans.js";

/** A CSV file with a column of texts and one of their spans as a JSON list. */
export interface SpanCsvFormat {
  readonly textColumn: string;
  readonly spansColumn: string;
  readonly delimiter: string;
}

const offsets = { start: z.int(), end: z.int() };
const name = z.string().min(1);

/** Spans in a CSV cell: `{start, end}` with `type` or `label`; the mention's text as `entity` or `text`. */
export const csvSpans = z.array(
  z.union([
    z
      .object({ ...offsets, type: name, entity: z.string().optional() })
      .transform(
        ({ start, end, type, entity }): Span => ({ label: type, parts: [{ start, end }], surface: entity }),
      ),
    z
      .object({ ...offsets, label: name, text: z.string().optional() })
      .transform(({ start, end, label, text }): Span => ({ label, parts: [{ start, end }], surface: text })),
  ]),
);

/** The texts of such a file, streamed; offsets in code points, end exclusive. Throws FormatError for no CSV or spans. */
export async function* readSpanCsv(
  file: string,
  { textColumn, spansColumn, delimiter }: SpanCsvFormat,
): AsyncGenerator<Annotated> {
  for await (const { line, cells } of readCsvColumns(file, delimiter, [textColumn, spansColumn])) {
    const [text = "", spans = ""] = cells;
    yield annotateText({ file, line }, text, parseSpans(spans, { file, line }), "code-points");
  }
}

function parseSpans(cell: string, { file, line }: Place): Span[] {
  let value: unknown;
  try {
    value = JSON.parse(cell);
  } catch (cause) {
    throw new FormatError(file, line, `the spans are no JSON: ${excerpt(cell)}`, { cause });
  }
  const checked = csvSpans.safeParse(value);
  if (checked.success) return checked.data;
  throw new FormatError(file, line, `spans: ${faults(checked.error)}`);
}
