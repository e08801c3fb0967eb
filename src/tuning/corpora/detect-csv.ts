import { FormatError } from "../../core/errors.js";
import { readCsv } from "./csv.js";
import type { Detected } from "./formats.js";
import { inlineMarkup } from "./inline-types.js";
import { csvSpans } from "./span-csv.js";
import type { Span } from "./text-spans.js";

const sampleRecords = 200;

/** The CSV formats with a header that fit the first records of a file. */
export async function detectCsv(path: string): Promise<Detected[]> {
  const found: Detected[] = [];
  for (const delimiter of [",", ";"]) {
    const records = await firstRecords(path, delimiter);
    const [header, ...rows] = records;
    if (header === undefined || header.length < 2 || rows.some(({ length }) => length !== header.length))
      continue;
    const columns = header.map((name, i) => ({ name, cells: rows.map((row) => row[i] ?? "") }));
    const spans = spanCsv(columns, delimiter);
    found.push(...(spans.length > 0 ? spans : inlineTypes(columns, delimiter)));
  }
  return found;
}

interface Column {
  readonly name: string;
  readonly cells: readonly string[];
}

async function firstRecords(path: string, delimiter: string): Promise<(readonly string[])[]> {
  const records: (readonly string[])[] = [];
  try {
    for await (const { cells } of readCsv(path, delimiter)) {
      records.push(cells);
      if (records.length > sampleRecords) break;
    }
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return [];
  }
  return records;
}

/** The first column whose texts hold the spans of another. */
function spanCsv(columns: readonly Column[], delimiter: string): Detected[] {
  for (const spansColumn of columns) {
    const spans = spansColumn.cells.map(spansOf);
    if (spans.length === 0 || !spans.every((found) => found !== null) || spans.flat().length === 0) continue;
    const text = columns.find(
      (column) => column !== spansColumn && column.cells.every((cell, i) => holdsSpans(cell, spans[i] ?? [])),
    );
    if (text === undefined) continue;
    const reason = `column ${spansColumn.name} holds spans of column ${text.name} as JSON`;
    return [
      {
        format: { kind: "span-csv", textColumn: text.name, spansColumn: spansColumn.name, delimiter },
        reason,
      },
    ];
  }
  return [];
}

function spansOf(cell: string): Span[] | null {
  try {
    return csvSpans.safeParse(JSON.parse(cell)).data ?? null;
  } catch {
    return null;
  }
}

function holdsSpans(cell: string, spans: readonly Span[]): boolean {
  return spans.every(({ parts, surface }) =>
    parts.every(({ start, end }) => {
      const found = [...cell].slice(start, end).join("");
      return surface === undefined ? found.length === end - start : found.trim() === surface.trim();
    }),
  );
}

/** The column with the most of such texts: answers of a user may hold a few of them too. */
function inlineTypes(columns: readonly Column[], delimiter: string): Detected[] {
  const fitting = columns.flatMap(({ name, cells }) => {
    const marked = cells.filter((cell) => cell.search(inlineMarkup) !== -1).length;
    const isClean = cells.every((cell) => !/[[\]]/.test(cell.replace(inlineMarkup, "")));
    return marked > 0 && isClean ? [{ name, marked, total: cells.length }] : [];
  });
  const most = Math.max(...fitting.map(({ marked }) => marked));
  return fitting
    .filter(({ marked }) => marked === most)
    .map(({ name, marked, total }) => ({
      format: { kind: "inline-types", column: name, delimiter },
      reason: `column ${name} holds [type : words] in ${marked} of the first ${total} rows`,
    }));
}
