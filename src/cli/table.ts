import { styleText } from "node:util";
import type { Extraction } from "../serve/gner.js";
import { alignColumns } from "./columns.js";
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
  const table =
    entities.length > 0
      ? alignColumns([header, ...rows], header.length)
      : dim(`no entities in ${printable(shorten(text))}`);
  return [table, ...notes.map(({ message }) => dim(`note: ${printable(message)}`)), ""].join("\n");
}

/** What stands in place of a table where a text failed. */
export function failureLine(error: string, coloured: boolean): string {
  const line = `failed: ${printable(error)}`;
  return `${coloured ? styleText("red", line, { stream: process.stdout }) : line}\n`;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
