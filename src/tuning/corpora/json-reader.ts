import type { z } from "zod";
import { FormatError } from "../../core/errors.js";
import { readJsonValues } from "./json-values.js";
import type { Place, Reading } from "./reader.js";

/** The reader of one JSON format: a list of entries, or one entry after the other (JSON lines). */
export interface JsonReader {
  /** Whether a parsed value is an entry of this format. */
  accepts(value: unknown): boolean;
  /** What an entry says. Throws FormatError for a value that is not of the format. */
  annotate(value: unknown, place: Place): Reading;
  /** The entries of a file, streamed. Throws FormatError for values that are not of the format. */
  read(file: string): AsyncIterable<Reading>;
}

/** A reader of entries that pass a schema. */
export function jsonReader<T>(
  schema: z.ZodType<T>,
  annotate: (entry: T, place: Place) => Reading,
): JsonReader {
  const annotateValue = (value: unknown, place: Place): Reading => {
    const checked = schema.safeParse(value);
    if (!checked.success) throw new FormatError(place.file, place.line, faults(checked.error));
    return annotate(checked.data, place);
  };
  return {
    accepts: (value) => schema.safeParse(value).success,
    annotate: annotateValue,
    async *read(file) {
      for await (const { line, value } of readJsonValues(file)) yield annotateValue(value, { file, line });
    },
  };
}

/** What a value lacks, with its paths: `spans.0.start: expected number`. At most three of the faults. */
export function faults(error: z.ZodError): string {
  const shown = error.issues.slice(0, 3).map(({ path, message }) => {
    return path.length > 0 ? `${path.map(String).join(".")}: ${message}` : message;
  });
  const more = error.issues.length - shown.length;
  return shown.join("; ") + (more > 0 ? `; and ${more} more` : "");
}

/** An identifier as text; nothing for none. */
export function sourceIdOf(id: string | number | null | undefined): { sourceId?: string } {
  return id === undefined || id === null ? {} : { sourceId: String(id) };
}
