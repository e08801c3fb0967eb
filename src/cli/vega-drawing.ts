import * as vega from "vega";
import type { TopLevelSpec } from "vega-lite";
import { compile } from "vega-lite";
import { escapeMarkup } from "./markup.js";

/** A Vega-Lite specification of one chart; its padding has room for axes, as texts are not measured. */
export type Drawing = TopLevelSpec;

/** The page's style says what these are, in light and in dark. */
export const barColor = "var(--bar)";
export const paleColor = "var(--pale)";
export const quietColor = "var(--quiet)";
const inkColor = "var(--ink)";
export const fontSize = 12.5;

const font = "system-ui, sans-serif";
const config = {
  background: "transparent",
  // One title and description stand for the whole drawing, and a table has its numbers.
  aria: false,
  font,
  autosize: { type: "none" as const },
  view: { stroke: null },
  axis: {
    labelFontSize: fontSize,
    titleFontSize: fontSize,
    titleFontWeight: "normal" as const,
    labelColor: inkColor,
    titleColor: quietColor,
    gridColor: "var(--line)",
    domainColor: "var(--line)",
    tickColor: "var(--line)",
    titlePadding: 8,
  },
};

/** Draws a chart as an SVG element to stand in a page. `id` is the page's own name for it. */
export async function drawSvg(
  drawing: Drawing,
  { id, title, description }: { readonly id: string; readonly title: string; readonly description: string },
): Promise<string> {
  const view = new vega.View(vega.parse(compile({ ...drawing, config }).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  const size = /^<svg [^>]*\bviewBox="([\d. ]+)"[^>]*>/.exec(svg);
  if (size === null) throw new Error("the drawing does not start as an SVG element");
  const head = `<svg viewBox="${size[1]}" role="img" aria-labelledby="${id}-title ${id}-text">`;
  const names = `<title id="${id}-title">${escapeMarkup(title)}</title><desc id="${id}-text">${escapeMarkup(description)}</desc>`;
  return `${head}${names}${svg.slice(size[0].length)}`;
}
