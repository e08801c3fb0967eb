import type { Percentiles } from "../tuning/percentiles.js";
import { beginning, columnsOf } from "./columns.js";
import type { Bin } from "./inspect-bins.js";
import { binName } from "./inspect-bins.js";
import { speakable } from "./markup.js";
import type { Drawing } from "./vega-drawing.js";
import { barColor, fontSize, paleColor, quietColor } from "./vega-drawing.js";

/** Narrow enough to be read on a phone. */
const width = 440;
const rowHeight = 20;
/** For the counts behind bars. */
const rightMargin = 64;
const bottomMargin = 44;

/** A horizontal bar for each name, in the order given. */
export function barChart(rows: readonly (readonly [string, number])[], unit: string): Drawing {
  const names = distinctNames(rows.map(([name]) => name));
  const values = rows.map(([, count], i) => ({ name: names[i] ?? "", count }));
  return {
    ...rowsOf(names, values),
    encoding: { y: nameAxis, x: { field: "count", type: "quantitative", axis: countAxis(unit) } },
    layer: [
      { mark: { type: "bar", color: barColor, height: { band: 0.72 }, minBandSize: 1 } },
      {
        mark: { type: "text", align: "left", dx: 5, color: quietColor, fontSize },
        encoding: { text: { field: "count", format: ",d" } },
      },
    ],
  };
}

/** For each name a line from its shortest to its 99th percentile, a bar up to the 90th, and a dot at the median. */
export function rangeChart(rows: readonly (readonly [string, Percentiles])[], unit: string): Drawing {
  const names = distinctNames(rows.map(([name]) => name));
  const values = rows.map(([, { min, p50, p90, p99 }], i) => ({ name: names[i] ?? "", min, p50, p90, p99 }));
  const x = (field: string) => ({ field, type: "quantitative" as const, axis: countAxis(unit) });
  return {
    ...rowsOf(names, values),
    encoding: { y: nameAxis },
    layer: [
      { mark: { type: "rule", color: quietColor }, encoding: { x: x("min"), x2: { field: "p99" } } },
      {
        mark: { type: "bar", color: paleColor, height: { band: 0.55 } },
        encoding: { x: x("min"), x2: { field: "p90" } },
      },
      {
        mark: { type: "point", filled: true, size: 70, color: barColor, opacity: 1 },
        encoding: { x: x("p50") },
      },
    ],
  };
}

/** A bar for each bin; zero and the open last one are paler, as they are of another kind. */
export function histogramChart(bins: readonly Bin[], xTitle: string, yTitle: string): Drawing {
  const values = bins.map((bin) => ({
    name: binName(bin),
    count: bin.count,
    isSpecial: bin.end === null || bin.end === 0,
  }));
  const left = 64;
  return {
    width: width - left - 12,
    height: 190,
    padding: { left, right: 12, top: 28, bottom: bottomMargin },
    data: { values },
    mark: { type: "bar", width: { band: 0.86 } },
    encoding: {
      x: {
        field: "name",
        type: "ordinal",
        sort: null,
        axis: { title: xTitle, labelAngle: 0, labelOverlap: "parity", ticks: false },
      },
      y: {
        field: "count",
        type: "quantitative",
        axis: { ...countAxis(yTitle), ...titleOnTop, titleX: 8 - left },
      },
      color: { condition: { test: "datum.isSpecial", value: paleColor }, value: barColor },
    },
  };
}

/** Beside the labels, a title would stand where they are taken to end, and they are not measured. */
const titleOnTop = {
  titleAngle: 0,
  titleAlign: "left" as const,
  titleAnchor: "end" as const,
  titleY: -16,
};

const nameAxis = {
  field: "name",
  type: "nominal" as const,
  sort: null,
  axis: { title: null, labelLimit: 0, ticks: false, domain: false, labelPadding: 6 },
};

/** Counts are whole: an axis up to 2 has no tick at 0.5. */
function countAxis(title: string) {
  return { title, tickCount: 4, tickMinStep: 1, format: ",d", grid: true };
}

function rowsOf(names: readonly string[], values: readonly object[]) {
  const left = Math.max(60, ...names.map((name) => 8.4 * columnsOf(name) + 14));
  return {
    width: width - left - rightMargin,
    height: Math.max(1, names.length) * rowHeight,
    padding: { left, right: rightMargin, top: 4, bottom: bottomMargin },
    data: { values: [...values] },
  };
}

/** Columns that a name is cut at. */
const longestName = 24;

/** Names that fit beside a chart. No two may be the same, for they would share a row. */
function distinctNames(labels: readonly string[]): string[] {
  const taken = new Set<string>();
  return labels.map((label, i) => {
    const name = shortName(label);
    const distinct = taken.has(name) ? `${name} (${i + 1})` : name;
    taken.add(distinct);
    return distinct;
  });
}

function shortName(label: string): string {
  const text = speakable(label).replace(/\s+/g, " ").trim() || "(empty)";
  return columnsOf(text) <= longestName ? text : `${beginning(text, longestName)}…`;
}
