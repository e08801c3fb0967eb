import { stripVTControlCharacters, styleText } from "node:util";
import type { Extraction } from "../serve/gner.js";
import { printable } from "./printable.js";

const labelColors = ["cyan", "magenta", "yellow", "green", "blue", "red"] as const;

/**
 * A table of one text's entities. With `coloured`, `styleText` still leaves colours out where standard output is no
 * terminal or the environment says so (`NO_COLOR`).
 */
export function entityTable({ text, entities, notes }: Extraction, coloured: boolean): string {
  const labels = [...new Set(entities.map(({ label }) => label))];
  const style = (format: (typeof labelColors)[number] | "dim", value: string) =>
    coloured ? styleText(format, value, { stream: process.stdout }) : value;
  const paint = (label: string, value: string) =>
    style(labelColors[labels.indexOf(label) % labelColors.length] ?? "cyan", value);
  const dim = (value: string) => style("dim", value);
  const rows = entities.map(({ label, text: mention, start, end, score }) => [
    paint(label, printable(label)),
    paint(label, printable(mention)),
    `${start}-${end}`,
    score === null ? "" : score.toFixed(2),
  ]);
  const header = ["label", "entity", "characters", "score"].map(dim);
  const lines =
    entities.length > 0 ? align([header, ...rows]) : [dim(`no entities in ${printable(shorten(text))}`)];
  return [...lines, ...notes.map(({ message }) => dim(`note: ${printable(message)}`)), ""].join("\n");
}

/** What stands in place of a table where a text failed. */
export function failureLine(error: string, coloured: boolean): string {
  const line = `failed: ${printable(error)}`;
  return `${coloured ? styleText("red", line, { stream: process.stdout }) : line}\n`;
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, width(cell))),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, i) => cell + " ".repeat((widths[i] ?? 0) - width(cell)))
      .join("  ")
      .trimEnd(),
  );
}

/** Columns on a terminal: wide characters take two, combining ones none. */
function width(cell: string): number {
  const graphemes = new Intl.Segmenter().segment(stripVTControlCharacters(cell));
  let columns = 0;
  for (const { segment } of graphemes) {
    columns +=
      /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}]/u.test(
        segment,
      )
        ? 2
        : 1;
  }
  return columns;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
