import type { Inspection } from "../tuning/inspect/inspection.js";
import type { Percentiles } from "../tuning/percentiles.js";
import { alignColumns } from "./columns.js";
import type { SuspicionGroup } from "./inspect-counts.js";
import { namedCounts, placeName, sortedLabels, suspicionGroups } from "./inspect-counts.js";
import { printable } from "./printable.js";

const shownLabels = 40;
const shownRows = 5;

/** What a corpus holds, as tables for a terminal. */
export function inspectionTable(inspection: Inspection): string {
  return `${[counts(inspection), lengths(inspection), labels(inspection), suspicious(inspection)]
    .filter((section) => section !== "")
    .join("\n\n")}\n`;
}

function counts(inspection: Inspection): string {
  const rows = namedCounts(inspection).flatMap(({ name, count, parts }) => [
    [name, String(count)],
    ...parts.map(([part, of]) => [`  ${part}`, String(of)]),
  ]);
  return alignColumns([["format", inspection.format], ...rows], 1);
}

function lengths({ lengths: { sentences, entities } }: Inspection): string {
  const row = (name: string, of: Percentiles | null) =>
    of === null ? [] : [[name, of.min, of.p50, of.p90, of.p99, of.max].map(String)];
  const header = ["words in a", "min", "p50", "p90", "p99", "max"];
  return alignColumns([header, ...row("sentence", sentences), ...row("entity", entities)], 1);
}

function labels(inspection: Inspection): string {
  const rows = sortedLabels(inspection);
  if (rows.length === 0) return "";
  const shown = rows.slice(0, shownLabels).map(([label, count]) => {
    return [printable(label), String(count), `${((100 * count) / inspection.entities).toFixed(1)} %`];
  });
  const table = alignColumns([["label", "entities", "share"], ...shown], 1);
  const more = rows.length - shown.length;
  return more > 0 ? `${table}\nand ${more} more labels: --json lists all of them` : table;
}

function suspicious(inspection: Inspection): string {
  const groups = suspicionGroups(inspection);
  if (groups.length === 0) return "no suspicious rows";
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  const title = total === 1 ? "1 suspicious row" : `${total} suspicious rows`;
  return [title, ...groups.map(suspicionTable)].join("\n\n");
}

function suspicionTable({ title, count, rows }: SuspicionGroup): string {
  const shown = rows
    .slice(0, shownRows)
    .map((row) => [
      printable(placeName(row)),
      row.example === undefined ? "" : `no. ${row.example}`,
      printable(row.reason),
    ]);
  const table = alignColumns(shown, 3).replaceAll(/^/gm, "  ");
  const more = count - shown.length;
  const listed = rows.length === count ? "all of them" : `${rows.length} of them`;
  return `${title}: ${count}\n${table}${more > 0 ? `\n  and ${more} more: --json lists ${listed}` : ""}`;
}
