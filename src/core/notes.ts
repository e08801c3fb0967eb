/**
 * What a user should know about one result although it is a result: nothing is dropped, cut or guessed without one.
 *
 * - `windows`: the text went through the model in several windows.
 * - `sentence-cut`: a single sentence was longer than a window and was cut between words.
 * - `output-limit`: generation reached its token limit before its end; the rest of the window has no labels.
 * - `lost-words`: source words that were not generated; they count as outside any entity.
 * - `added-words`: generated words that do not stand in the source; they are ignored.
 * - `invented-label`: a generated label that was not asked for; its words count as outside any entity.
 * - `doubled-label`: a label was given more than once.
 * - `no-words`: the text holds no word, so nothing was asked of the model.
 */
export type NoteKind =
  | "windows"
  | "sentence-cut"
  | "output-limit"
  | "lost-words"
  | "added-words"
  | "invented-label"
  | "doubled-label"
  | "no-words";

export interface Note {
  readonly kind: NoteKind;
  readonly message: string;
}
