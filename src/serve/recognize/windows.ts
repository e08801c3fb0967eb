import type { Document, Words } from "../../core/document.js";
import { wordText } from "../../core/document.js";
import { excerpt, InputError } from "../../core/errors.js";
import type { Note } from "../../core/notes.js";
import { splitSentences } from "../../core/sentences.js";

/** Whether these words of the document fit into one prompt. */
export type Fits = (window: Words) => boolean;

export interface Windowed {
  readonly windows: readonly Words[];
  readonly notes: readonly Note[];
}

/**
 * Cuts a document into windows that fit into one prompt each: as many whole sentences as fit. A sentence that does
 * not fit alone is cut between words, after a comma or the like where one is near. Every word stands in exactly one
 * window. Throws InputError for a single word that does not fit.
 */
export function splitWindows(doc: Document, fits: Fits): Windowed {
  const whole = { start: 0, end: doc.words.length };
  if (fits(whole)) return { windows: [whole], notes: [] };
  const windows: Words[] = [];
  let cutSentences = 0;
  let open: Words | null = null;
  for (const sentence of splitSentences(doc)) {
    const joined: Words = { start: open?.start ?? sentence.start, end: sentence.end };
    if (fits(joined)) {
      open = joined;
      continue;
    }
    if (open !== null) windows.push(open);
    const pieces = fits(sentence) ? [sentence] : cutSentence(doc, sentence, fits);
    if (pieces.length > 1) cutSentences++;
    windows.push(...pieces.slice(0, -1));
    open = pieces.at(-1) ?? null;
  }
  if (open !== null) windows.push(open);
  return { windows, notes: windowNotes(windows.length, cutSentences) };
}

function cutSentence(doc: Document, sentence: Words, fits: Fits): Words[] {
  const pieces: Words[] = [];
  let start = sentence.start;
  while (start < sentence.end) {
    const longest = longestPrefix(doc, { start, end: sentence.end }, fits);
    const end = longest === sentence.end ? longest : preferredCut(doc, start, longest);
    pieces.push({ start, end });
    start = end;
  }
  return pieces;
}

/** The largest end such that `[start, end)` fits; fitting is monotonic, so halving finds it. */
function longestPrefix(doc: Document, { start, end }: Words, fits: Fits): number {
  if (!fits({ start, end: start + 1 })) {
    throw new InputError(`the word ${excerpt(wordText(doc, start))} alone is longer than the model can read`);
  }
  let low = start + 1;
  let high = end;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits({ start, end: middle })) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Behind the last clause mark in the last third of the window, so that few entities are cut; else at its end. */
function preferredCut(doc: Document, start: number, longest: number): number {
  for (let end = longest; end > start + (2 * (longest - start)) / 3; end--) {
    if (/^[,;:)\-–—]$/u.test(wordText(doc, end - 1))) return end;
  }
  return longest;
}

function windowNotes(windows: number, cutSentences: number): Note[] {
  const notes: Note[] = [{ kind: "windows", message: `the text was read in ${windows} windows` }];
  if (cutSentences > 0) {
    const message =
      cutSentences === 1
        ? "one sentence is longer than a window and was cut between words"
        : `${cutSentences} sentences are longer than a window and were cut between words`;
    notes.push({ kind: "sentence-cut", message });
  }
  return notes;
}
