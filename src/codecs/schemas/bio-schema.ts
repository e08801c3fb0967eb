import type { Entity } from "../../core/document.js";
import { excerpt, InputError } from "../../core/errors.js";
import type { BioTag } from "../bio.js";
import { encodeBio } from "../bio.js";
import { parseWordLabels, writeWordLabels } from "../word-label.js";
import type { SchemaText, TargetSchema } from "./schema.js";

/** Full context with BIO tags, `word(tag)` for every word: the schema that the paper settles on (section 3.1). */
export const bioSchema: TargetSchema = { encode };

function encode(words: readonly string[], entities: readonly Entity[]): SchemaText {
  const tags = bioTags(words.length, entities);
  if ("refused" in tags) return tags;
  const text = writeWordLabels(words, tags);
  const refused = readBackFault(text, words, tags);
  return refused === null ? { text } : { refused };
}

function bioTags(wordCount: number, entities: readonly Entity[]): BioTag[] | { readonly refused: string } {
  try {
    return encodeBio(wordCount, entities);
  } catch (error) {
    if (error instanceof InputError) return { refused: error.message };
    throw error;
  }
}

/** Why a target does not give its words and tags when parsed, or null. */
function readBackFault(target: string, words: readonly string[], tags: readonly BioTag[]): string | null {
  const items = parseWordLabels(target);
  const odd = words.findIndex((word, i) => items[i]?.word !== word || items[i]?.tag !== tags[i]);
  if (odd !== -1) return `word ${odd} ${excerpt(words[odd] ?? "")} does not read back from the target`;
  return items.length === words.length ? null : `${words.length} words read back as ${items.length}`;
}
