import type { Chars, Words } from "../../core/document.js";
import type { Annotated } from "../corpora/reader.js";
import type { Suspicion } from "./inspection.js";

/** UTF-16 units shown of what is marked, and on each side of it. */
const shownOfMarked = 60;
const shownAround = 40;

/** A part of a text to recognise a place by, with the place marked in it. Nothing marked: the text's beginning. */
export function excerptAround(text: string, marked?: Chars): Pick<Suspicion, "excerpt" | "marked"> {
  const place = marked ?? { start: 0, end: 0 };
  const markedEnd = Math.min(place.end, place.start + shownOfMarked);
  const start = wholeCharacter(text, Math.max(0, place.start - shownAround));
  const end = wholeCharacter(text, Math.min(text.length, markedEnd + shownAround * (marked ? 1 : 3)));
  const before = start > 0 ? "…" : "";
  const after = end < text.length ? "…" : "";
  const shown = { excerpt: `${before}${text.slice(start, end)}${after}` };
  if (marked === undefined) return shown;
  const shift = before.length - start;
  return { ...shown, marked: { start: place.start + shift, end: Math.min(place.end, end) + shift } };
}

/** Where words stand in their text, from the first to the last. */
export function placeOf({ words }: Pick<Annotated, "words">, parts: readonly Words[]): Chars | undefined {
  const first = words[parts[0]?.start ?? -1];
  const last = words[(parts.at(-1)?.end ?? 0) - 1];
  return first === undefined || last === undefined ? undefined : { start: first.start, end: last.end };
}

/** Not between the halves of a surrogate pair. */
function wholeCharacter(text: string, index: number): number {
  const isInside =
    /[\udc00-\udfff]/.test(text.charAt(index)) && /[\ud800-\udbff]/.test(text.charAt(index - 1));
  return isInside ? index + 1 : index;
}
