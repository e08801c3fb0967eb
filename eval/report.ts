import type { Calibration } from "./calibration.js";
import type { Scores } from "./counts.js";
import type { EvalResult } from "./run.js";
import type { DatasetResult } from "./tally.js";

const header = ["data set", "sentences", "paper P", "R", "F1", "strict P", "R", "F1", "seconds"];

/** The results as an aligned table for a terminal, scores in percent, with what else a reader should know below. */
export function textReport(result: EvalResult): string {
  const rows = [header, ...tableRows(result)];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  return [...lines, ...remarks(result), ""].join("\n");
}

/** The results as a Markdown table, scores in percent. */
export function markdownReport(result: EvalResult): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const lines = [row(header), `|---|${"---:|".repeat(header.length - 1)}`, ...tableRows(result).map(row)];
  const below = remarks(result).map((remark) => `- ${remark}`);
  return [...lines, ...(below.length > 0 ? ["", ...below] : []), ""].join("\n");
}

function tableRows({ datasets, average }: EvalResult): string[][] {
  const sum = (value: (result: DatasetResult) => number) =>
    datasets.reduce((total, result) => total + value(result), 0);
  const rows = datasets.map(({ dataset, sentences, paper, strict, seconds }) => [
    dataset,
    String(sentences),
    ...scoreCells(paper),
    ...scoreCells(strict),
    seconds.toFixed(1),
  ]);
  const last = [
    "average",
    String(sum(({ sentences }) => sentences)),
    "",
    "",
    percent(average.paper),
    "",
    "",
    percent(average.strict),
    sum(({ seconds }) => seconds).toFixed(1),
  ];
  return [...rows, last];
}

function scoreCells(scores: Scores | null): string[] {
  return [scores?.precision ?? null, scores?.recall ?? null, scores?.f1 ?? null].map(percent);
}

function percent(fraction: number | null): string {
  return fraction === null ? "-" : (100 * fraction).toFixed(2);
}

/** What the figures do not say by themselves: failed sentences, notes, and why a score is missing. */
function remarks({ datasets, calibration }: EvalResult): string[] {
  const lines = datasets.flatMap(datasetRemarks);
  return calibration === null ? lines : [...lines, calibrationRemark(calibration)];
}

function calibrationRemark({ entities, error, temperature, errorAtTemperature }: Calibration): string {
  const now = `scores: expected calibration error ${error.toFixed(3)} over ${entities} entities`;
  return `${now}; ${errorAtTemperature.toFixed(3)} at temperature ${temperature}`;
}

function datasetRemarks({ dataset, sentences, paperUndefined, errors, notes }: DatasetResult): string[] {
  const lines: string[] = [];
  const [first] = errors;
  if (first !== undefined) {
    lines.push(
      `${dataset}: ${errors.length} of ${sentences} sentences failed and count as empty; first ${first.id}: ${first.message}`,
    );
  }
  if (paperUndefined !== null) lines.push(`${dataset}: no paper score, ${paperUndefined}`);
  const counted = Object.entries(notes).map(([kind, count]) => `${kind} ${count}`);
  if (counted.length > 0) lines.push(`${dataset}: notes: ${counted.join(", ")}`);
  return lines;
}
