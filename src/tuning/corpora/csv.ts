import { excerpt, FormatError } from "../../core/errors.js";
import { readLines } from "./lines.js";

/** A record of a CSV file and the line where it starts. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * The records of a CSV file (RFC 4180), streamed: cells in double quotes may hold delimiters, line ends (always read
 * as one line feed) and doubled quotes. Empty lines are no records. Throws FormatError for a quote that is not closed
 * and for text behind a closing quote, and what `readLines` throws.
 */
export async function* readCsv(file: string, delimiter: string): AsyncGenerator<CsvRecord> {
  let open = "";
  let openLine = 0;
  for await (const { first, lines } of readLines(file)) {
    for (const [i, line] of lines.entries()) {
      const number = first + i;
      if (openLine === 0 && line === "") continue;
      if (openLine > 0 && !line.includes('"')) {
        open += `\n${line}`;
        continue;
      }
      const start = openLine || number;
      const text = openLine > 0 ? `${open}\n${line}` : line;
      const cells = csvCells(text, delimiter, file, start);
      open = cells === null ? text : "";
      openLine = cells === null ? start : 0;
      if (cells !== null) yield { line: start, cells };
    }
  }
  if (openLine > 0) throw new FormatError(file, openLine, "a quoted cell is not closed before the file ends");
}

/** The cells of one record; null where a quoted cell is still open at the end of the text. */
export function csvCells(text: string, delimiter: string, file: string, line: number): string[] | null {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1);
      if (end === -1) return null;
      cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
      if (at < text.length && !text.startsWith(delimiter, at)) {
        throw new FormatError(file, line, `text behind a quoted cell: ${excerpt(text.slice(at))}`);
      }
    } else {
      const end = text.indexOf(delimiter, at);
      cells.push(text.slice(at, end === -1 ? text.length : end));
      at = end === -1 ? text.length : end;
    }
    if (at >= text.length) return cells;
    at += delimiter.length;
  }
}

/** The next quote that is not doubled. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

/** The records behind the header, each with the cell of every column asked for. */
export async function* readCsvColumns(
  file: string,
  delimiter: string,
  columns: readonly string[],
): AsyncGenerator<CsvRecord> {
  let indices: readonly number[] | null = null;
  let width = 0;
  for await (const { line, cells } of readCsv(file, delimiter)) {
    if (indices === null) {
      indices = columns.map((column) => {
        const index = cells.indexOf(column);
        if (index !== -1) return index;
        throw new FormatError(
          file,
          line,
          `no column ${excerpt(column)} in the header: ${excerpt(cells.join(delimiter))}`,
        );
      });
      width = cells.length;
      continue;
    }
    if (cells.length !== width) {
      throw new FormatError(file, line, `${cells.length} cells, but the header has ${width}`);
    }
    yield { line, cells: indices.map((index) => cells[index] ?? "") };
  }
}
