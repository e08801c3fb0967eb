import { z } from "zod";
import { openTokenizer } from "./tokenizer.js";

/** How many tokens a model sees of a text, with those that its tokenizer puts around it, such as `</s>`. */
export type CountTokens = (text: string) => number;

/** A long run must not remember every word: twice so many at most. */
const wordsInGeneration = 200_000;

/**
 * Counts with a parsed `tokenizer.json` (Hugging Face's tokenizers format). Where the tokenizer parts a text at its
 * white space before anything else, each word is encoded once and remembered. Throws InputError where the JSON is no
 * tokenizer.
 */
export function tokenCounter(tokenizerJson: object, tokenizer = openTokenizer(tokenizerJson)): CountTokens {
  const count = (text: string) => tokenizer.encode(text.toWellFormed()).ids.length;
  return partsAtWhiteSpace(tokenizerJson) ? countByWord(count) : count;
}

function countByWord(count: CountTokens): CountTokens {
  const around = count("");
  // Words that come again and again survive when all that were not met for long are forgotten.
  let recent = new Map<string, number>();
  let older = new Map<string, number>();
  return (text) => {
    let sum = around;
    for (const word of text.split(/\s+/)) {
      if (word === "") continue;
      let known = recent.get(word);
      if (known === undefined) {
        known = older.get(word) ?? count(word) - around;
        if (recent.size >= wordsInGeneration) {
          older = recent;
          recent = new Map();
        }
        recent.set(copyOf(word), known);
      }
      sum += known;
    }
    return sum;
  };
}

/** A part of a text keeps all of the text in memory as long as it is remembered; its copy does not. */
function copyOf(word: string): string {
  return Buffer.from(word, "utf16le").toString("utf16le");
}

const preTokenizer = z.object({
  type: z.string(),
  split: z.boolean().optional(),
  prepend_scheme: z.string().optional(),
});

const layout = z.object({
  pre_tokenizer: z.union([
    preTokenizer,
    z.object({ type: z.literal("Sequence"), pretokenizers: z.array(preTokenizer).min(1) }),
  ]),
  added_tokens: z.array(z.object({ content: z.string() })).default([]),
});

/**
 * Whether every token lies within a word between white space and does not depend on what stands beside that word.
 * What is not known to be so is taken for not so.
 */
function partsAtWhiteSpace(tokenizerJson: object): boolean {
  const read = layout.safeParse(tokenizerJson);
  if (!read.success) return false;
  const { pre_tokenizer: given, added_tokens: added } = read.data;
  const first = "pretokenizers" in given ? given.pretokenizers[0] : given;
  return first !== undefined && isWordwise(first) && added.every(({ content }) => !/\s/.test(content));
}

function isWordwise({ type, split, prepend_scheme: prepend }: z.infer<typeof preTokenizer>): boolean {
  if (type === "Metaspace") return split !== false && (prepend === undefined || prepend === "always");
  return type === "WhitespaceSplit" || type === "BertPreTokenizer" || type === "Whitespace";
}
