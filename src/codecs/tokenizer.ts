import { readFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { InputError } from "../core/errors.js";

/** A parsed `tokenizer.json` (Hugging Face's tokenizers format) with the tokenizer that it describes. */
export interface OpenTokenizer {
  readonly json: object;
  readonly tokenizer: Tokenizer;
}

/** The tokenizer that a parsed `tokenizer.json` describes. Throws InputError where the JSON is none. */
export function openTokenizer(json: object): Tokenizer {
  return attempt("not a tokenizer.json that can be used", () => new Tokenizer(json, {}));
}

/** The tokenizer of a file. Throws InputError, which names the file, where it cannot be read or is none. */
export function readTokenizer(file: string): OpenTokenizer {
  const text = attempt(`the tokenizer ${file} cannot be read`, () => readFileSync(file, "utf8"));
  const parsed = attempt(`${file}: not JSON: a tokenizer.json is needed`, (): unknown => JSON.parse(text));
  return attempt(`${file}: not a tokenizer.json that can be used`, () => {
    const json = z.looseObject({}).parse(parsed);
    return { json, tokenizer: openTokenizer(json) };
  });
}

function attempt<Result>(fault: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw new InputError(fault, { cause });
  }
}
