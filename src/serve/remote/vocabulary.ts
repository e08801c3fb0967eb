import { readFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { backTokenizer } from "../../codecs/back-tokenize.js";
import { InputError } from "../../core/errors.js";

/** What is known here of a remote model's tokenizer. */
export interface Vocabulary {
  count(text: string): number;
  spell(words: readonly string[]): string[];
}

/** Nothing is known: words stay as they are, tokens are estimated. */
export const unknownVocabulary: Vocabulary = { count: estimateTokens, spell: (words) => [...words] };

/** The tokenizer of a `tokenizer.json`. Throws InputError where the file is none. */
export function readVocabulary(file: string): Vocabulary {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new InputError(`the tokenizer ${file} cannot be read`, { cause });
  }
  const checked = z.record(z.string(), z.unknown()).safeParse(json);
  if (!checked.success) throw new InputError(`${file} is no tokenizer.json`);
  const spell = backTokenizer(checked.data);
  const tokenizer = new Tokenizer(checked.data, {});
  return {
    count: (text) => tokenizer.encode(text.toWellFormed()).ids.length,
    spell: (words) => [...spell(words)],
  };
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
