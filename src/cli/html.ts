import type { ExtractedEntity, Extraction } from "../serve/gner.js";
import { escapeMarkup } from "./markup.js";

/**
 * The beginning of a self-contained page: every text with its entities highlighted, nested and overlapping ones
 * included, and a legend. No script, nothing is loaded from elsewhere.
 */
export function htmlHead(labels: readonly string[]): string {
  const hues = huesOf(labels);
  const legend = [...hues].map(([label, hue]) => `<span style="--hue:${hue}">${escapeMarkup(label)}</span>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>gner: entities</title>
<style>
body { font: 17px/1.9 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1c1c1e; background: #fff; }
.legend span { display: inline-block; margin: 0 .4rem .4rem 0; padding: 0 .6rem; border-radius: 1rem; font-size: .8rem; background: hsl(var(--hue) 80% 88%); }
article { white-space: pre-wrap; border-top: 1px solid #ddd; padding: 1rem 0; overflow-wrap: anywhere; }
mark { background: hsl(var(--hue) 80% 88%); color: inherit; border-bottom: 2px solid hsl(var(--hue) 60% 45%); padding: .1em 0; border-radius: .15em; }
mark mark { padding-bottom: .25em; }
sup { font-size: .62rem; font-weight: 600; color: hsl(var(--hue) 60% 32%); margin: 0 .15em; user-select: none; }
.note { color: #666; font-size: .85rem; margin: .2rem 0; }
@media (prefers-color-scheme: dark) {
  body { color: #eee; background: #161618; } article { border-color: #333; }
  mark, .legend span { background: hsl(var(--hue) 45% 26%); } sup { color: hsl(var(--hue) 70% 75%); } .note { color: #aaa; }
}
</style>
</head>
<body>
<p class="legend">${legend.join("")}</p>
`;
}

/** Its end. */
export const htmlTail = "</body>\n</html>\n";

/** One text of the page. */
export function htmlArticle({ text, entities, notes }: Extraction, labels: readonly string[]): string {
  const noteLines = notes.map(({ message }) => `<p class="note">${escapeMarkup(message)}</p>\n`).join("");
  return `<article>${highlighted(text, entities, huesOf(labels))}</article>\n${noteLines}`;
}

/** A text of the page in which nothing could be searched, and why. */
export function htmlFailure(text: string, error: string): string {
  return `<article>${escapeMarkup(text)}</article>\n<p class="note">failed: ${escapeMarkup(error)}</p>\n`;
}

function huesOf(labels: readonly string[]): ReadonlyMap<string, number> {
  return new Map(labels.map((label, i) => [label, Math.round((i * 360) / Math.max(1, labels.length))]));
}

/** Cuts the text at every border of a mention's part; each piece is marked once per mention that covers it. */
function highlighted(
  text: string,
  entities: readonly ExtractedEntity[],
  hues: ReadonlyMap<string, number>,
): string {
  const pieces = entities.flatMap((entity) =>
    (entity.parts ?? [entity]).map(({ start, end }) => ({ entity, start, end })),
  );
  const borders = [...new Set([0, text.length, ...pieces.flatMap(({ start, end }) => [start, end])])].sort(
    (a, b) => a - b,
  );
  let html = "";
  for (const [i, start] of borders.entries()) {
    const end = borders[i + 1];
    if (end === undefined) break;
    const covering = pieces.filter((piece) => piece.start <= start && piece.end >= end);
    html += covering.reduceRight(
      (inner, { entity, end: last }) => {
        const hue = hues.get(entity.label) ?? 0;
        const name = last === end ? `<sup>${escapeMarkup(entity.label)}</sup>` : "";
        return `<mark style="--hue:${hue}" title="${escapeMarkup(titleOf(entity))}">${inner}${name}</mark>`;
      },
      escapeMarkup(text.slice(start, end)),
    );
  }
  return html;
}

function titleOf({ label, start, end, score }: ExtractedEntity): string {
  return `${label}, characters ${start} to ${end}${score === null ? "" : `, score ${score.toFixed(2)}`}`;
}
