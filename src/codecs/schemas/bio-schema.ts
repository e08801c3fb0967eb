import type { Entity } from "../../core/document.js";
import { excerpt } from "../../core/errors.js";
import type { BackTokenize } from "../back-tokenize.js";
import { type BioTag, decodeBio } from "../bio.js";
import type { LabelSet } from "../label-set.js";
import { restoreTags } from "../restore-tags.js";
import { isBounded } from "../whitespace.js";
import { parseWordLabels, writeWordLabels } from "../word-label.js";
import { flatTags } from "./round-trip.js";
import type { SchemaEntities, SchemaText, TargetSchema } from "./schema.js";

/** Full context with BIO tags, `word(tag)` for every word: the schema that the paper settles on (section 3.1). */
export const bioSchema: TargetSchema = { encode, decode, wordsOf };

function encode(words: readonly string[], entities: readonly Entity[]): SchemaText {
  const tags = flatTags(words.length, entities);
  if ("refused" in tags) return tags;
  const text = writeWordLabels(words, tags);
  if (words.every(isPlain) && entities.every(({ label }) => isPlainLabel(label))) return { text };
  const refused = readBackFault(text, words, tags);
  return refused === null ? { text } : { refused };
}

/** Whether a text ends where the bracket behind it starts: words of such texts read back from their target for sure. */
function isPlain(text: string): boolean {
  return text !== "" && !text.includes("(") && isBounded(text);
}

/** Whether a label reads back for sure from the tags of a target. */
export function isPlainLabel(label: string): boolean {
  return isPlain(label) && !/[)\n]/.test(label);
}

/** Why a target does not give its words and tags when parsed, or null. */
function readBackFault(target: string, words: readonly string[], tags: readonly BioTag[]): string | null {
  const items = parseWordLabels(target);
  const odd = words.findIndex((word, i) => items[i]?.word !== word || items[i]?.tag !== tags[i]);
  if (odd !== -1) return `word ${odd} ${excerpt(words[odd] ?? "")} does not read back from the target`;
  return items.length === words.length ? null : `${words.length} words read back as ${items.length}`;
}

function decode(
  words: readonly string[],
  generation: string,
  labels: LabelSet,
  backTokenize: BackTokenize,
): SchemaEntities {
  const { tags, notes } = restoreTags(words, generation, labels, backTokenize);
  return { entities: decodeBio(tags), notes };
}

function wordsOf(target: string): readonly string[] {
  return parseWordLabels(target).map(({ word }) => word);
}
