import type { Note } from "../../core/notes.js";
import type { Prompt, PromptWording } from "./prompt-form.js";
import type { StopRule } from "./stop-rule.js";
import type { Usage } from "./usage.js";

/** What is asked of a model. */
export interface GenerationRequest {
  readonly prompt: Prompt;
  /** Makes the rule that ends a diverging answer early: a new one for each answer. Default: none. */
  readonly stopRule?: () => StopRule;
}

/** How to search, and how far. */
export interface GenerationOptions {
  /** Beam width; 1 is greedy. Default 1. */
  readonly numBeams?: number;
  /** Finished beams compare by log-probability / length^lengthPenalty. Default 1 (the mean per token). */
  readonly lengthPenalty?: number;
  /** At most so many tokens, the end token included; never more than the model's own limit, the default. */
  readonly maxTokens?: number;
  /** Called after each prompt with how many are done. */
  readonly onCompletion?: (done: number) => void;
}

/** A generated token and the characters `[start, end)` of the completion's text that it wrote. */
export interface GeneratedToken {
  readonly start: number;
  readonly end: number;
  /** Natural logarithm of its probability given what stands before it. */
  readonly logprob: number;
}

/** What a model wrote for one prompt. */
export interface Completion {
  readonly text: string;
  /** Without the end token. Empty where the backend offers no log-probabilities. */
  readonly tokens: readonly GeneratedToken[];
  /** Whether the model ended by itself, ran into the token limit, or was ended by the request's stop rule. */
  readonly finish: "end" | "length" | "stopped";
  /** What to know about this text; says why it was stopped. */
  readonly notes: readonly Note[];
  /** The other answers of a beam search, best first (n-best); absent where there is none, or the backend keeps only the best. */
  readonly others?: readonly Completion[];
}

/** What a generator can take in and give out at once. */
export interface GeneratorLimits {
  /** Tokens of a whole prompt. */
  readonly inputTokens: number;
  /** Words of a sentence that the model was trained for; null where there is no such bound. */
  readonly sourceWords: number | null;
  /** Tokens of a completion. */
  readonly outputTokens: number;
  /** The widest beam search; 1 where there is only greedy search, Infinity where the server alone knows. */
  readonly beams: number;
}

/**
 * A language model behind one interface, wherever it runs. Every implementation passes the contract suite in
 * `tests/serve/text-generator-contract.ts`: a batch gives what single calls give, an aborted signal rejects with
 * its reason, tokens lie inside the text in order.
 */
export interface TextGenerator {
  /** How this model wants to be asked. */
  readonly wording: PromptWording;
  readonly limits: GeneratorLimits;
  /** What was used so far. */
  readonly usage: Usage;
  /** Tokens of a prompt as the model counts them; an estimate, rather too high, where its tokenizer is not at hand. */
  countTokens(prompt: Prompt): number;
  /**
   * Words as they come out of the model's tokenizer: encoded and decoded again, each alone. Aligning against these
   * forgives what the tokenizer cannot spell (back-tokenization, the paper's section 4.3). As they are where the
   * tokenizer is not at hand.
   */
  backTokenize(words: readonly string[]): string[];
  /**
   * A completion for each request, in order. Throws InputError for options that the model does not take, ModelError or
   * BackendError where it fails; then what was not yet asked is not asked any more.
   */
  generate(
    requests: readonly GenerationRequest[],
    options?: GenerationOptions,
    signal?: AbortSignal,
  ): Promise<Completion[]>;
  /** Frees sessions and connections. The generator is not to be used afterwards. */
  close(): Promise<void>;
}
