import { FormatError } from "../../core/errors.js";
import type { ColumnFormat } from "./column-format.js";
import { columnSplitter } from "./column-lines.js";
import { isBoundary } from "./columns.js";
import type { Detected } from "./formats.js";
import type { TagScheme } from "./tag-schemes.js";

/** The ways to read the first lines of a file as columns: of the separators the first that gives words and tags. */
export function detectColumns(lines: readonly string[]): Detected[] {
  for (const separator of ["tab", "csv", "whitespace", "|||", "|"]) {
    const table = splitTable(lines, separator);
    const found = table === null ? [] : formatsOf(table, separator);
    if (found.length > 0) return found;
  }
  return [];
}

/** The rows of the sample that all have the usual number of columns; boundaries are null. */
interface Table {
  readonly rows: readonly (readonly string[] | null)[];
  readonly width: number;
  readonly comments: boolean;
  readonly blankLines: number;
}

function splitTable(lines: readonly string[], separator: string): Table | null {
  const split = columnSplitter("", separator);
  let comments = false;
  let startsSentence = true;
  const rows: (readonly string[] | null)[] = [];
  try {
    for (const line of lines) {
      if (isBoundary(line)) rows.push(null);
      else if (startsSentence && /^# (?:[\w ]+ = |id )/.test(line)) comments = true;
      else rows.push(split(line, 0));
      startsSentence = rows.at(-1) === null || rows.length === 0;
    }
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
  const blankLines = lines.filter((line) => line.trim() === "").length;
  const widths = new Map<number, number>();
  for (const row of rows) if (row !== null) widths.set(row.length, (widths.get(row.length) ?? 0) + 1);
  const [width, count] = [...widths].sort((a, b) => b[1] - a[1])[0] ?? [0, 0];
  const total = [...widths.values()].reduce((sum, n) => sum + n, 0);
  if (width < 2 || count < total * 0.99) return null;
  return { rows: rows.filter((row) => row === null || row.length === width), width, comments, blankLines };
}

function formatsOf({ rows, width, comments, blankLines }: Table, separator: string): Detected[] {
  const lines = rows.filter((row) => row !== null);
  const columns = Array.from(
    { length: width },
    (_, i) =>
      new ColumnSample(
        i,
        lines.map((row) => row[i] ?? ""),
      ),
  );
  const isIndexed = columns[0]?.isIndex(rows) ?? false;
  const tagged = tagColumns(columns);
  const word = columns.find((column) => !(isIndexed && column.index === 0) && !tagged.includes(column));
  if (word === undefined) return [];
  // Files that carry two annotations repeat the words before the second.
  const repeat = columns.find((column) => column.index > word.index && column.repeats(word));
  const own = tagged.filter(({ index }) => repeat === undefined || index < repeat.index);
  const filled = own.filter((column) => column.labels.size > 0);
  const last = filled.at(-1);
  if (last === undefined) return [];
  const isSegmented = word.isSegmented();
  const empty = word.cells.filter((cell) => cell === "").length;
  // Where no other line parts sentences, or hardly one, it is the empty words that do.
  const emptyWords = empty === 0 ? "refuse" : empty > blankLines ? "boundary" : "drop";
  const common = { kind: "columns", wordColumn: word.index, separator, comments, emptyWords } as const;
  const extra = {
    ...(isIndexed ? { indexColumn: 0 } : {}),
    ...(isSegmented ? { segmentDigit: true } : {}),
    ...(last.oddTags ? { oddTags: "outside" as const } : {}),
  };
  const detected = (tag: ColumnSample, layers: boolean): Detected => {
    const scheme = tag.scheme(rows);
    const format = {
      ...common,
      tagColumn: !layers && tag.index === width - 1 ? -1 : tag.index,
      scheme,
      ...(layers ? { layers } : {}),
      ...extra,
    };
    const what = layers
      ? `columns from ${tag.index} on hold layers of ${scheme} tags`
      : `column ${tag.index} holds ${scheme} tags`;
    const labels = [...tag.labels].slice(0, 3).join(", ");
    return {
      format: format satisfies ColumnFormat & { kind: "columns" },
      reason: `${what} (${labels}), column ${word.index} the words`,
    };
  };
  const layered = layersFrom(own, word, width, columns);
  if (layered !== null) return [detected(layered, true)];
  const rivals = filled.filter((column) => column === last || agree(column, last));
  return rivals.map((column) => detected(column, false));
}

/** Columns of BIO or BIOES tags, else of bare labels. */
function tagColumns(columns: readonly ColumnSample[]): ColumnSample[] {
  const prefixed = columns.filter((column) => column.hasPrefixedTags);
  if (prefixed.some(({ labels }) => labels.size > 0)) return prefixed;
  return columns.filter((column) => column.hasBareLabels);
}

/**
 * The first of several columns of tags directly behind the words, where the others are layers above it: their labels
 * are its labels, and what they tag it does not tag the same.
 */
function layersFrom(
  tagged: readonly ColumnSample[],
  word: ColumnSample,
  width: number,
  columns: readonly ColumnSample[],
): ColumnSample | null {
  const [first, ...deeper] = tagged;
  const end = columns.at(-1)?.isBlank ? width - 1 : width;
  if (
    first === undefined ||
    deeper.length === 0 ||
    first.index !== word.index + 1 ||
    tagged.length !== end - first.index
  )
    return null;
  const fits = deeper.every(
    (layer) => [...layer.labels].every((label) => first.labels.has(label)) && !agree(layer, first),
  );
  return fits ? first : null;
}

/** Whether two columns annotate the same thing, as gold and predicted tags do. */
function agree(one: ColumnSample, other: ColumnSample): boolean {
  return one.isEchoOf(other) || other.isEchoOf(one);
}

const prefixedTag = /^(?:O|[BIESLUMW]-.+)$/s;

/** One column of the sample. */
class ColumnSample {
  /** Labels of its tags, where it holds tags. */
  readonly labels: ReadonlySet<string>;
  readonly hasPrefixedTags: boolean;
  readonly hasBareLabels: boolean;
  /** Whether single cells are no tags although the column is one of tags. */
  readonly oddTags: boolean;

  constructor(
    readonly index: number,
    readonly cells: readonly string[],
  ) {
    const counts = new Map<string, number>();
    for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
    const share = (test: (cell: string) => boolean) =>
      [...counts].reduce((sum, [cell, count]) => sum + (test(cell) ? count : 0), 0) / cells.length;
    const prefixed = share((cell) => prefixedTag.test(cell));
    this.hasPrefixedTags = prefixed >= 0.99;
    this.oddTags = this.hasPrefixedTags && prefixed < 1;
    // Words repeat less than labels do, and most words are outside of mentions.
    this.hasBareLabels =
      !this.hasPrefixedTags &&
      (counts.get("O") ?? 0) >= cells.length * 0.3 &&
      counts.size > 1 &&
      counts.size <= Math.max(3, cells.length / 20) &&
      !counts.has("");
    const values = [...counts.keys()].filter((cell) => cell !== "O");
    this.labels = new Set(
      this.hasPrefixedTags
        ? values.filter((cell) => prefixedTag.test(cell)).map((cell) => cell.slice(2))
        : values,
    );
  }

  get isBlank(): boolean {
    return this.cells.every((cell) => cell === "");
  }

  /** Whether the cells number the words of each sentence. */
  isIndex(rows: readonly (readonly string[] | null)[]): boolean {
    let expected: number | null = null;
    for (const row of rows) {
      const cell = row?.[this.index];
      if (cell === undefined) expected = null;
      else if (/^\d+[-.]\d+$/.test(cell)) continue;
      else if (!/^\d+$/.test(cell) || (expected === null ? Number(cell) > 1 : Number(cell) !== expected))
        return false;
      else expected = Number(cell) + 1;
    }
    return true;
  }

  isSegmented(): boolean {
    const single = this.cells.filter((cell) => /^\P{Nd}\d$/u.test(cell)).length;
    return single >= this.cells.length * 0.9 && this.cells.every((cell) => /.\d$/su.test(cell));
  }

  repeats(other: ColumnSample): boolean {
    const equal = this.cells.filter((cell, i) => cell === other.cells[i]).length;
    return equal >= this.cells.length * 0.99;
  }

  /** Whether most of what this column tags has the same tag in the other. */
  isEchoOf(other: ColumnSample): boolean {
    const tagged = this.cells.flatMap((cell, i) => (cell === "O" ? [] : [cell === other.cells[i]]));
    return tagged.length > 0 && tagged.filter((same) => same).length * 2 > tagged.length;
  }

  scheme(rows: readonly (readonly string[] | null)[]): TagScheme {
    if (!this.hasPrefixedTags) return "io";
    if (this.cells.some((cell) => /^[ESLUMW]-/.test(cell))) return "bioes";
    let inside = 0;
    let begin = 0;
    let before = "O";
    for (const row of rows) {
      const tag = row?.[this.index] ?? "O";
      if (tag.startsWith("B-")) begin++;
      else if (tag.startsWith("I-") && before.slice(2) !== tag.slice(2)) inside++;
      before = tag;
    }
    return inside > begin ? "iob1" : "bio";
  }
}
