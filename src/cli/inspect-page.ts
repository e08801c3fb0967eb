import { describeFormat } from "../tuning/corpora/detect.js";
import type { Inspection, Suspicion } from "../tuning/inspect/inspection.js";
import type { Percentiles } from "../tuning/percentiles.js";
import type { Bin } from "./inspect-bins.js";
import { binName, binsOf } from "./inspect-bins.js";
import { barChart, histogramChart, rangeChart } from "./inspect-charts.js";
import type { SuspicionGroup } from "./inspect-counts.js";
import { namedCounts, placeName, sortedLabels, suspicionGroups } from "./inspect-counts.js";
import { pageStyle } from "./inspect-page-style.js";
import { escapeMarkup } from "./markup.js";
import { drawSvg } from "./vega-drawing.js";

/** Charts have at most so many labels, tables so many, and lists so many suspicions of a kind. */
const chartedLabels = 60;
const tabledLabels = 1000;
const shownSuspicions = 50;

/**
 * A page of what a corpus holds, with plots as SVG and their numbers in tables: one file, without script, that loads
 * nothing. Its numbers are those of the inspection, in `data` elements. `name` is what the corpus is called.
 */
export async function inspectionPage(name: string, inspection: Inspection): Promise<string> {
  const sections = [
    overview(inspection),
    await labelSection(inspection),
    await lengthSection(inspection),
    await relationSection(inspection),
    suspicionSection(inspection),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
<title>${escapeMarkup(name)}: what it holds</title>
<style>${pageStyle}</style>
</head>
<body>
<header><h1>${foreign(name)}</h1><p class="quiet">${foreign(describeFormat(inspection.settings))}</p></header>
<main>
${sections.filter((section) => section !== "").join("\n")}
</main>
</body>
</html>
`;
}

function overview(inspection: Inspection): string {
  const items = namedCounts(inspection).map(({ name, count, parts }) => {
    const lines = parts.map(([part, of]) => `<dd class="quiet">${number(of)} ${part}</dd>`).join("");
    return `<div><dt>${name}</dt><dd>${number(count)}</dd>${lines}</div>`;
  });
  return `<section aria-label="Counts"><dl class="counts">${items.join("")}</dl></section>`;
}

async function labelSection(inspection: Inspection): Promise<string> {
  const labels = sortedLabels(inspection);
  if (labels.length === 0) return "";
  const charted = labels.slice(0, chartedLabels);
  const isWhole = charted.length === labels.length;
  const title = isWhole ? "Mentions of each label" : `Mentions of the ${chartedLabels} most frequent labels`;
  const svg = await drawSvg(barChart(charted, "mentions"), {
    id: "labels",
    title,
    description: `A bar for each of ${charted.length} labels, the most frequent first. The table has the numbers.`,
  });
  const tabled = labels.slice(0, tabledLabels);
  const rest = labels.slice(tabledLabels);
  const restCount = rest.reduce((sum, [, count]) => sum + count, 0);
  const share = (count: number) => `<td class="n">${((100 * count) / inspection.entities).toFixed(1)} %</td>`;
  const rows = tabled.map(
    ([label, count]) => `<tr><th scope="row">${foreign(label)}</th>${numberCell(count)}${share(count)}</tr>`,
  );
  const more =
    rest.length === 0
      ? ""
      : `<p class="quiet">And ${number(rest.length)} more labels with ${number(restCount)} mentions: --json lists them.</p>`;
  const table = tableOf(["Label", "Mentions", "Share"], rows);
  return section("Labels", figure(title, svg, table, labels.length <= chartedLabels) + more);
}

async function lengthSection(inspection: Inspection): Promise<string> {
  const { lengths, histograms, sentences, sentencesWithoutEntities } = inspection;
  const rows: [string, Percentiles | null][] = [
    ["sentence", lengths.sentences],
    ["mention", lengths.entities],
  ];
  const summary = percentileTable("Words in a", rows);
  const share = ((100 * sentencesWithoutEntities) / sentences).toFixed(1);
  const without = `<p>${number(sentencesWithoutEntities)} of ${number(sentences)} sentences (${share} %) have no mention.</p>`;
  const figures = [
    await histogramFigure("words", "Words per sentence", "words", binsOf(histograms.words)),
    await histogramFigure("mentions", "Mentions per sentence", "mentions", binsOf(histograms.entities)),
  ];
  const perLabel = await labelLengthFigure(inspection);
  return section("Lengths", `${summary}${without}<div class="figures">${figures.join("")}</div>${perLabel}`);
}

async function histogramFigure(
  id: string,
  title: string,
  unit: string,
  bins: readonly Bin[],
): Promise<string> {
  const svg = await drawSvg(histogramChart(bins, unit, "sentences"), {
    id,
    title,
    description: `A bar for each number of ${unit}, or range of numbers; its height is the number of sentences.`,
  });
  const rows = bins.map((bin) => `<tr><th scope="row">${binName(bin)}</th>${numberCell(bin.count)}</tr>`);
  return figure(title, svg, tableOf([capitalized(unit), "Sentences"], rows), false);
}

async function labelLengthFigure(inspection: Inspection): Promise<string> {
  const rows = sortedLabels(inspection).flatMap(([label]): [string, Percentiles][] => {
    const lengths = inspection.lengths.labels[label];
    return lengths === undefined ? [] : [[label, lengths]];
  });
  if (rows.length === 0) return "";
  const charted = rows.slice(0, chartedLabels);
  const isWhole = charted.length === rows.length;
  const title = `Words per mention, by label${isWhole ? "" : ` (the ${chartedLabels} most frequent)`}`;
  const svg = await drawSvg(rangeChart(charted, "words"), {
    id: "label-lengths",
    title,
    description:
      "For each label a bar from the shortest mention to the 90th percentile, a line to the 99th, and a dot at the median.",
  });
  const key = `<p class="quiet">Dot: median. Bar: up to the 90th percentile. Line: up to the 99th.</p>`;
  return figure(title, key + svg, percentileTable("Label", rows.slice(0, tabledLabels)), false);
}

async function relationSection(inspection: Inspection): Promise<string> {
  const { nested, overlaps, discontinuous, duplicates, entities } = inspection;
  if (entities === 0) return "";
  const rows: [string, number][] = [
    ["nested", nested],
    ["overlapping", overlaps],
    ["discontinuous", discontinuous],
    ["repeated", duplicates.entities],
  ];
  const heading = "How mentions lie";
  if (rows.every(([, count]) => count === 0)) {
    return section(heading, "<p>Every mention is in one piece and shares no word with another.</p>");
  }
  const title = "Mentions that are not flat";
  const svg = await drawSvg(barChart(rows, "mentions"), {
    id: "relations",
    title,
    description: "A bar each for nested, overlapping, discontinuous and repeated mentions.",
  });
  const cells = rows.map(([name, count]) => `<tr><th scope="row">${name}</th>${numberCell(count)}</tr>`);
  return section(heading, figure(title, svg, tableOf(["Mentions", "Count"], cells), true));
}

function suspicionSection(inspection: Inspection): string {
  const groups = suspicionGroups(inspection);
  const content = groups.length === 0 ? "<p>Nothing is suspicious.</p>" : groups.map(suspicionList).join("");
  return section("Suspicious rows", content);
}

function suspicionList({ title, count, rows }: SuspicionGroup): string {
  const shown = rows.slice(0, shownSuspicions);
  const items = shown.map((row) => {
    const example = row.example === undefined ? "" : ` <span class="quiet">no. ${row.example}</span>`;
    const place = `<span class="place">${foreign(placeName(row))}${example}</span>`;
    return `<li><p>${place} ${foreign(row.reason)}</p>${quotation(row)}</li>`;
  });
  const more = count - shown.length;
  const rest = more > 0 ? `<p class="quiet">And ${number(more)} more.</p>` : "";
  return `<details open=""><summary>${title}: ${number(count)}</summary><ul class="rows">${items.join("")}</ul>${rest}</details>`;
}

function quotation({ excerpt, marked }: Suspicion): string {
  if (excerpt === undefined) return "";
  const { start, end } = marked ?? { start: 0, end: 0 };
  const mark = end > start ? `<mark>${escapeMarkup(excerpt.slice(start, end))}</mark>` : "";
  const before = escapeMarkup(excerpt.slice(0, start));
  return `<blockquote dir="auto">${before}${mark}${escapeMarkup(excerpt.slice(end))}</blockquote>`;
}

function section(title: string, content: string): string {
  return `<section><h2>${title}</h2>${content}</section>`;
}

/** A plot with its numbers: beside it where they are wanted at once, else to be opened. */
function figure(title: string, svg: string, table: string, isTableShown: boolean): string {
  // It may scroll, and a keyboard scrolls only what it can reach.
  const scrolled = `<div class="numbers" role="region" aria-label="${title}: numbers" tabindex="0">${table}</div>`;
  const numbers = isTableShown ? scrolled : `<details><summary>Numbers</summary>${scrolled}</details>`;
  return `<figure><figcaption>${title}</figcaption><div class="plot">${svg}</div>${numbers}</figure>`;
}

function percentileTable(name: string, rows: readonly (readonly [string, Percentiles | null])[]): string {
  const cells = rows.flatMap(([row, of]) =>
    of === null
      ? []
      : `<tr><th scope="row">${foreign(row)}</th>${[of.min, of.p50, of.p90, of.p99, of.max].map(numberCell).join("")}</tr>`,
  );
  return tableOf([name, "min", "p50", "p90", "p99", "max"], cells);
}

function tableOf(header: readonly string[], rows: readonly string[]): string {
  const cells = header.map((name, i) => `<th scope="col"${i === 0 ? "" : ' class="n"'}>${name}</th>`);
  return `<table><thead><tr>${cells.join("")}</tr></thead><tbody>${rows.join("")}</tbody></table>`;
}

function numberCell(count: number): string {
  return `<td class="n">${number(count)}</td>`;
}

function number(count: number): string {
  return `<data value="${count}">${count.toLocaleString("en")}</data>`;
}

/** Text of the corpus, kept apart: it may run from right to left. */
function foreign(text: string): string {
  return `<bdi>${escapeMarkup(text)}</bdi>`;
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
