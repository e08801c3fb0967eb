import type { Entity } from "../../core/document.js";
import type { BackTokenize } from "../back-tokenize.js";
import { type BioTag, decodeBio, labelOfTag } from "../bio.js";
import type { LabelSet } from "../label-set.js";
import { restoreItems } from "../restore-tags.js";
import { type TaggedWord, writeWordLabels } from "../word-label.js";
import { readTagged, tagForm } from "./read-tagged.js";
import { flatTags, readBack } from "./round-trip.js";
import type { SchemaEntities, SchemaText, TargetSchema } from "./schema.js";

/**
 * Full context without boundaries: `word(label)` for every word, `word(O)` outside. It cannot hold two entities of one
 * label side by side.
 */
export const fullSchema: TargetSchema = { encode, decode, wordsOf };

function encode(words: readonly string[], entities: readonly Entity[]): SchemaText {
  const tags = flatTags(words.length, entities);
  if ("refused" in tags) return tags;
  const labels = tags.map((tag) => labelOfTag(tag) ?? "O");
  return readBack(fullSchema, writeWordLabels(words, labels), words, entities);
}

function decode(
  words: readonly string[],
  generation: string,
  labels: LabelSet,
  backTokenize: BackTokenize,
): SchemaEntities {
  const read = readTagged(generation, tagForm(labels, [""], ["O"], true), words);
  const tagged = { ...read, items: read.items.map(withBoundary) };
  const { tags, notes } = restoreItems(words, tagged, labels, backTokenize);
  return { entities: decodeBio(tags), notes };
}

/** The first word of a run of one label starts an entity. */
function withBoundary(item: TaggedWord, i: number, items: readonly TaggedWord[]): TaggedWord {
  const label = item.tag;
  if (label.toUpperCase() === "O") return { ...item, tag: "O" };
  const goesOn = items[i - 1]?.tag.toLowerCase() === label.toLowerCase();
  const tag: BioTag = `${goesOn ? "I" : "B"}-${label}`;
  return { ...item, tag };
}

function wordsOf(target: string, labels: LabelSet): readonly string[] {
  return readTagged(target, tagForm(labels, [""], ["O"], true), []).items.map(({ word }) => word);
}
