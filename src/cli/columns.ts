import { stripVTControlCharacters } from "node:util";

/** Rows of cells in columns: the first `names` columns hold text, the others numbers. */
export function alignColumns(rows: readonly (readonly string[])[], names: number): string {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, columnsOf(cell))),
    [],
  );
  const pad = (cell: string, i: number) => {
    const room = " ".repeat((widths[i] ?? 0) - columnsOf(cell));
    return i < names ? cell + room : room + cell;
  };
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}

const characters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Ideographs, their punctuation and full-width forms; emoji, also those that are so by a selector. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60]|\ufe0f/u;

/** How many columns of a terminal, or of a chart, a text takes: wide characters two, combining ones and colours none. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const { segment } of characters.segment(stripVTControlCharacters(text))) {
    columns += wide.test(segment) ? 2 : 1;
  }
  return columns;
}

/** The beginning of a text that takes fewer columns than `most`, of whole characters. */
export function beginning(text: string, most: number): string {
  let start = "";
  for (const { segment } of characters.segment(text)) {
    if (columnsOf(start + segment) >= most) break;
    start += segment;
  }
  return start;
}
