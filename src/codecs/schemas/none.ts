import { excerpt } from "../../core/errors.js";
import type { Note } from "../../core/notes.js";

/** What schemas that leave words out write for a sentence without entities: a model has to write something. */
export const none = "none";

export function isNoneAnswer(generation: string): boolean {
  return /^\W*none\W*$/i.test(generation);
}

/** Says no more of an answer that is `none` than that. */
export function withoutNoneNote(notes: readonly Note[]): Note[] {
  return notes.filter(({ kind }) => kind !== "trailing-text");
}

/** Why words cannot be told apart again by the white space between them, or null. */
export function spacedWord(words: readonly string[]): string | null {
  const index = words.findIndex((word) => /\s/.test(word));
  return index === -1 ? null : `word ${index} ${excerpt(words[index] ?? "")} holds white space`;
}
