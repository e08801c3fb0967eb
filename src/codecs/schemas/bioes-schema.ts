import type { Entity } from "../../core/document.js";
import type { BackTokenize } from "../back-tokenize.js";
import { type BioTag, decodeBio } from "../bio.js";
import type { LabelSet } from "../label-set.js";
import { restoreItems } from "../restore-tags.js";
import { type TaggedWord, writeWordLabels } from "../word-label.js";
import { readTagged, tagForm } from "./read-tagged.js";
import { flatTags, readBack } from "./round-trip.js";
import type { SchemaEntities, SchemaText, TargetSchema } from "./schema.js";

/**
 * Full context with BIOES tags: `B-` and `E-` for the first and the last word of an entity, `I-` for those between,
 * `S-` for its only word.
 */
export const bioesSchema: TargetSchema = { encode, decode, wordsOf };

const prefixes = ["B-", "I-", "E-", "S-"];

function encode(words: readonly string[], entities: readonly Entity[]): SchemaText {
  const tags = flatTags(words.length, entities);
  if ("refused" in tags) return tags;
  const text = writeWordLabels(words, tags.map(withEnd));
  return readBack(bioesSchema, text, words, entities);
}

/** A BIO tag says no more than how an entity goes on: where it does not, this is its end. */
function withEnd(tag: BioTag, i: number, tags: readonly BioTag[]): string {
  if (tag === "O" || tags[i + 1] === `I-${tag.slice(2)}`) return tag;
  return `${tag.startsWith("B-") ? "S-" : "E-"}${tag.slice(2)}`;
}

function decode(
  words: readonly string[],
  generation: string,
  labels: LabelSet,
  backTokenize: BackTokenize,
): SchemaEntities {
  const read = readTagged(generation, tagForm(labels, prefixes, ["O"], true), words);
  const { tags, notes } = restoreItems(words, { ...read, items: toBio(read.items) }, labels, backTokenize);
  return { entities: decodeBio(tags), notes };
}

/** Behind an `E-` or `S-` the entity is over: what goes on there with its label is another. */
function toBio(items: readonly TaggedWord[]): TaggedWord[] {
  let isOpen = true;
  return items.map((item) => {
    const parts = /^(?<prefix>[BIES])\s?-\s*(?<label>.+)$/isu.exec(item.tag)?.groups;
    const prefix = parts?.prefix?.toUpperCase();
    if (prefix === undefined || parts?.label === undefined) {
      isOpen = true;
      return { ...item, tag: item.tag.toUpperCase() === "O" ? "O" : `I-${item.tag}` };
    }
    const starts = prefix === "B" || prefix === "S" || !isOpen;
    isOpen = prefix === "B" || prefix === "I";
    return { ...item, tag: `${starts ? "B" : "I"}-${parts.label}` };
  });
}

function wordsOf(target: string, labels: LabelSet): readonly string[] {
  return readTagged(target, tagForm(labels, prefixes, ["O"], true), []).items.map(({ word }) => word);
}
