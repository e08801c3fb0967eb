import { backTokenizeWith } from "../../codecs/back-tokenize.js";
import { tokenCounter } from "../../codecs/token-counter.js";
import { readTokenizer } from "../../codecs/tokenizer.js";

/** What is known here of a remote model's tokenizer. */
export interface Vocabulary {
  count(text: string): number;
  spell(words: readonly string[]): string[];
}

/** Nothing is known: words stay as they are, tokens are estimated. */
export const unknownVocabulary: Vocabulary = { count: estimateTokens, spell: (words) => [...words] };

/** The tokenizer of a `tokenizer.json`. Throws InputError where the file is none. */
export function readVocabulary(file: string): Vocabulary {
  const { json, tokenizer } = readTokenizer(file);
  const spell = backTokenizeWith(tokenizer);
  return { count: tokenCounter(json, tokenizer), spell: (words) => [...spell(words)] };
}

/**
 * Rather too many than too few: a token for each three letters of a word, each other character and, outside ASCII,
 * each byte, as tokenizers without a character spell it.
 */
function estimateTokens(text: string): number {
  let tokens = 1;
  for (const [piece] of text.matchAll(/[A-Za-z]+|[^\sA-Za-z]/gu)) {
    if (/[A-Za-z]/.test(piece)) tokens += Math.ceil(piece.length / 3);
    else tokens += Buffer.byteLength(piece);
  }
  return tokens;
}
