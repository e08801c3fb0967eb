import type { Tokenizer } from "@huggingface/tokenizers";
import { openTokenizer, readTokenizer } from "./tokenizer.js";

/**
 * Words as they come back from a model's tokenizer, each encoded and decoded alone (the paper's section 4.3). What
 * a tokenizer cannot spell then looks alike on both sides of an alignment.
 */
export type BackTokenize = (words: readonly string[]) => readonly string[];

/** Words as they are, for models whose tokenizer spells everything. */
export const noBackTokenization: BackTokenize = (words) => words;

/**
 * Back-tokenization with a parsed `tokenizer.json` (Hugging Face's tokenizers format). Special tokens are left out
 * of the decoded text. Throws InputError where the JSON is no tokenizer.
 */
export function backTokenizer(tokenizerJson: object): BackTokenize {
  return backTokenizeWith(openTokenizer(tokenizerJson));
}

/** The same with a `tokenizer.json` by its name; without one, words stay as they are. */
export function readBackTokenizer(file: string | undefined): BackTokenize {
  return file === undefined ? noBackTokenization : backTokenizeWith(readTokenizer(file).tokenizer);
}

/** The same with a tokenizer that is open already. */
export function backTokenizeWith(tokenizer: Tokenizer): BackTokenize {
  const remembered = new Map<string, string>();
  const roundTrip = (word: string): string => {
    const { ids } = tokenizer.encode(word.toWellFormed());
    if (ids.length === 0) return "";
    // Without the clean-up of spaces that only some decoders know: the Python library does none.
    return tokenizer.decode(ids, { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  };
  return (words) =>
    words.map((word) => {
      const known = remembered.get(word);
      if (known !== undefined) return known;
      const text = roundTrip(word);
      // Text repeats its words; a long run must not remember without end.
      if (remembered.size >= 100_000) remembered.clear();
      remembered.set(word, text);
      return text;
    });
}
