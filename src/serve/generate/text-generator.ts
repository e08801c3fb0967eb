import type { PromptStyle } from "../../codecs/prompt.js";

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
  /** Whether the model ended by itself or ran into the token limit. */
  readonly finish: "end" | "length";
}

/** What a generator can take in and give out at once. */
export interface GeneratorLimits {
  /** Tokens of a whole prompt. */
  readonly inputTokens: number;
  /** Words of a sentence that the model was trained for; null where there is no such bound. */
  readonly sourceWords: number | null;
  /** Tokens of a completion. */
  readonly outputTokens: number;
}

/**
 * A language model behind one interface, wherever it runs. Every implementation passes the contract suite in
 * `tests/serve/text-generator-contract.ts`: a batch gives what single calls give, an aborted signal rejects with
 * its reason, tokens lie inside the text in order.
 */
export interface TextGenerator {
  readonly promptStyle: PromptStyle;
  readonly limits: GeneratorLimits;
  /** Tokens of a prompt as the model counts them. */
  countTokens(prompt: string): number;
  /**
   * Words as they come out of the model's tokenizer: encoded and decoded again, each alone. Aligning against these
   * forgives what the tokenizer cannot spell (back-tokenization, the paper's section 4.3).
   */
  backTokenize(words: readonly string[]): string[];
  /** A completion for each prompt, in order. Throws ModelError or BackendError. */
  generate(
    prompts: readonly string[],
    options?: GenerationOptions,
    signal?: AbortSignal,
  ): Promise<Completion[]>;
  /** Frees sessions and connections. The generator is not to be used afterwards. */
  close(): Promise<void>;
}
