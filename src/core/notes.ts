/**
 * What a user should know about one result although it is a result: nothing is dropped, cut or guessed without one.
 *
 * - `windows`: the text went through the model in several windows.
 * - `sentence-cut`: a single sentence was longer than a window and was cut between words.
 * - `output-limit`: generation reached its token limit before its end; the rest of the window has no labels.
 * - `continued`: generation reached its token limit; the rest was asked for again, from the last word that was read.
 * - `stopped-early`: the model went on past its answer or repeated itself; what it wrote beyond was cut off.
 * - `sampled`: the server does not take a temperature of 0, so the model was not asked greedily.
 * - `unfinished-item`: the generated text ends inside a tag; that word counts as outside any entity.
 * - `trailing-text`: generated text behind the last tag; it is no item.
 * - `untagged-text`: generated text before a tag that is no word of the source, such as "Here is the answer:"; it is no item.
 * - `dropped-tags`: generated tags without a word of their own; they are ignored.
 * - `lost-words`: source words that found no generated partner; unless another note says so, they are outside any entity.
 * - `added-words`: generated words that found no partner in the source; they are ignored.
 * - `near-word`: a generated word was taken for a source word that it resembles.
 * - `replaced-word`: the only generated word between two aligned ones was taken for the only source word there.
 * - `split-word`: one source word was generated in pieces; the first piece's tag counts.
 * - `joined-words`: several source words were generated as one; all of them carry its label.
 * - `filled-word`: a word that was not generated stands directly before an `I-` tag and joins that entity.
 * - `near-label`: a generated label was taken for the allowed one that differs in case, or the only one it resembles.
 * - `invented-label`: a generated label that was not asked for; its words count as outside any entity.
 * - `ambiguous-place`: generated words stand at several places that their order allows; the first one was taken.
 * - `out-of-order`: generated words stand before those that were generated earlier.
 * - `orphan-inside`: an `I-` tag that continues nothing of its label; it was read as `B-`.
 * - `doubled-label`: a label was given more than once.
 * - `no-words`: the text holds no word, so nothing was asked of the model.
 */
export type NoteKind =
  | "windows"
  | "sentence-cut"
  | "output-limit"
  | "continued"
  | "stopped-early"
  | "sampled"
  | "unfinished-item"
  | "trailing-text"
  | "untagged-text"
  | "dropped-tags"
  | "lost-words"
  | "added-words"
  | "near-word"
  | "replaced-word"
  | "split-word"
  | "joined-words"
  | "filled-word"
  | "near-label"
  | "invented-label"
  | "ambiguous-place"
  | "out-of-order"
  | "orphan-inside"
  | "doubled-label"
  | "no-words";

/** One such remark, with words for a person. */
export interface Note {
  readonly kind: NoteKind;
  readonly message: string;
}
