import type { Chars } from "../../core/document.js";
import { excerpt } from "../../core/errors.js";
import type { Annotated, Place, Remark } from "./reader.js";
import type { Span } from "./text-spans.js";
import { annotateText } from "./text-spans.js";

/** A mention that the file gives by its text alone. */
export interface Surface {
  readonly label: string;
  readonly surface: string;
}

/**
 * A text whose mentions are given without offsets: every place of the text where a surface stands as whole words is
 * a mention of its label. One that stands only inside longer words is taken there, with a remark; one that does not
 * stand in the text has no place, and a remark says so. A repeated surface of the same label counts once.
 */
export function annotateSurfaces(
  place: Place,
  text: string,
  surfaces: readonly Surface[],
): Pick<Annotated, "line" | "text" | "words" | "mentions" | "remarks"> {
  const remarks: Remark[] = [];
  const spans: Span[] = [];
  const seen = new Set<string>();
  for (const { label, surface } of surfaces) {
    const key = JSON.stringify([label, surface]);
    if (seen.has(key)) continue;
    seen.add(key);
    const all = occurrences(text, surface.trim());
    const whole = all.filter((range) => isWholeWords(text, range));
    const name = `the ${excerpt(label)} ${excerpt(surface)}`;
    if (all.length === 0) {
      remarks.push({ line: place.line, message: `${name} does not stand in the text: left out` });
    } else if (whole.length === 0) {
      remarks.push({ line: place.line, message: `${name} stands only inside longer words` });
    }
    for (const range of whole.length > 0 ? whole : all) spans.push({ label, parts: [range] });
  }
  const annotated = annotateText(place, text, spans, "utf16");
  if (remarks.length === 0) return annotated;
  return { ...annotated, remarks: [...remarks, ...(annotated.remarks ?? [])] };
}

/** Where a string stands in a text, without overlaps, from the left. */
function occurrences(text: string, surface: string): Chars[] {
  const found: Chars[] = [];
  if (surface === "") return found;
  for (let at = text.indexOf(surface); at !== -1; at = text.indexOf(surface, at + surface.length)) {
    found.push({ start: at, end: at + surface.length });
  }
  return found;
}

function isWholeWords(text: string, { start, end }: Chars): boolean {
  return !isJoined(text, start) && !isJoined(text, end);
}

/** Whether letters or digits stand on both sides of a position. */
function isJoined(text: string, at: number): boolean {
  return (
    /[\p{L}\p{M}\p{N}]$/u.test(text.slice(Math.max(0, at - 2), at)) &&
    /^[\p{L}\p{M}\p{N}]/u.test(text.slice(at, at + 2))
  );
}
