import type { Note } from "../../core/notes.js";
import type { Prompt } from "../generate/prompt-form.js";

/** Tokens as a server counts them. */
export interface TokenCounts {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** A piece of an answer, or all of it. */
export interface AnswerPiece {
  readonly text: string;
  /** The tokens that wrote the text, with natural logarithms of their probabilities; null where they are not told. */
  readonly tokens: readonly { readonly text: string; readonly logprob: number }[] | null;
  /** Why the answer ends here; null where it goes on. */
  readonly finish: "end" | "length" | null;
  /** Of the whole answer; null where they are not told, or not yet. */
  readonly counts: TokenCounts | null;
}

export interface BeamOptions {
  readonly numBeams: number;
  readonly lengthPenalty: number;
}

/** How one kind of server is asked, through its client. Errors are those of the client: the caller knows what they mean. */
export interface Protocol {
  /** The widest search; 1 where there is only greedy search, Infinity where the server alone knows. */
  readonly beams: number;
  /** Requests so far that were sent again at once, without a field that the server had refused. */
  readonly repeats: number;
  /** What to know about all its answers, as far as is known by now. */
  readonly notes: readonly Note[];
  /** Loads the client, once, so that no request's time is spent on it. */
  load(): Promise<void>;
  /** A greedy answer while it is written. */
  stream(prompt: Prompt, maxTokens: number, signal: AbortSignal): AsyncIterable<AnswerPiece>;
  /** The best answers of a beam search, best first. Throws InputError where the server has none. */
  search(
    prompt: Prompt,
    maxTokens: number,
    options: BeamOptions,
    signal: AbortSignal,
  ): Promise<readonly AnswerPiece[]>;
}
