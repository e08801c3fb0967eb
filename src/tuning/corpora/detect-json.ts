import { FormatError } from "../../core/errors.js";
import type { Detected } from "./formats.js";
import { jsonKinds, jsonReaders } from "./json-formats.js";
import { readJsonValues } from "./json-values.js";

const sampleEntries = 20;

/** The JSON formats that take most of the first entries of a file; none where they are no JSON. */
export async function detectJson(path: string): Promise<Detected[]> {
  const values = await firstValues(path);
  const fits = jsonKinds.map((kind) => ({
    kind,
    count: values.filter((value) => jsonReaders[kind].accepts(value)).length,
  }));
  const most = Math.max(...fits.map(({ count }) => count));
  if (most === 0 || most * 2 < values.length) return [];
  return fits
    .filter(({ count }) => count === most)
    .map(({ kind }) => ({
      format: { kind },
      reason: `${most} of the first ${values.length} JSON entries fit`,
    }));
}

/** A file may break off or go wrong behind its first entries: that is for its reader to say, with the line. */
async function firstValues(path: string): Promise<unknown[]> {
  const values: unknown[] = [];
  try {
    for await (const { value } of readJsonValues(path)) {
      values.push(value);
      if (values.length === sampleEntries) break;
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  return values;
}
