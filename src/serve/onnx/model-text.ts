/** A prompt as the encoder graph reads it. */
export interface EncoderInput {
  readonly ids: readonly number[];
  /** For models that read labels and words; null for those that read text. */
  readonly pieces: {
    /** How each piece's word is cased. */
    readonly casing: readonly number[];
    /** Index of the first piece of the sentence. */
    readonly sourceStart: number;
  } | null;
  /** Tokens of the longest answer that a faithful copy can have, the end token included; Infinity where unknown. */
  readonly longestAnswer: number;
}

/** Writes one generated sequence as text, token by token; the end token is not to be passed. */
export interface TokenWriter {
  /** What the next token adds to the text. */
  write(token: number): string;
}

/** How a model's prompts and answers are written in tokens. */
export interface ModelText {
  encode(prompt: string): EncoderInput;
  /** A new one for each sequence. */
  writer(): TokenWriter;
  /** A word as it comes back from the tokenizer, encoded and decoded alone. */
  spell(word: string): string;
}
