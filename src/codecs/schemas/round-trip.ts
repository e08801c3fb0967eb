import type { Entity } from "../../core/document.js";
import { excerpt, InputError } from "../../core/errors.js";
import { noBackTokenization } from "../back-tokenize.js";
import { type BioTag, encodeBio } from "../bio.js";
import { type LabelSet, labelSet } from "../label-set.js";
import type { SchemaEntities, SchemaText, TargetSchema } from "./schema.js";

/** BIO tags of flat entities, or why there are none. */
export function flatTags(
  wordCount: number,
  entities: readonly Entity[],
): BioTag[] | { readonly refused: string } {
  return refusing(() => encodeBio(wordCount, entities));
}

/** The labels of entities; none for none. */
export function labelsOf(entities: readonly Entity[]): LabelSet | { readonly refused: string } {
  if (entities.length === 0) return { labels: [], shown: [], notes: [] };
  return refusing(() => labelSet([...new Set(entities.map(({ label }) => label))]));
}

/** The target, if its schema gives the entities back, all of them and no other. */
export function readBack(
  schema: Pick<TargetSchema, "decode">,
  text: string,
  words: readonly string[],
  entities: readonly Entity[],
): SchemaText {
  const labels = labelsOf(entities);
  if ("refused" in labels) return labels;
  const refused = readBackFault(schema.decode(words, text, labels, noBackTokenization), words, entities);
  return refused === null ? { text } : { refused };
}

function readBackFault(
  { entities: found, notes }: SchemaEntities,
  words: readonly string[],
  entities: readonly Entity[],
): string | null {
  const given = new Set(entities.map(placeOf));
  const read = new Set(found.map(placeOf));
  const lost = entities.find((entity) => !read.has(placeOf(entity)));
  if (lost !== undefined) return `${named(lost, words)} does not read back from the target`;
  const added = found.find((entity) => !given.has(placeOf(entity)));
  if (added !== undefined) return `the target reads back with ${named(added, words)}, which is no entity`;
  // The first of several places is a guess, if a good one, also where it is right.
  const [note] = notes.filter(({ kind }) => kind !== "ambiguous-place");
  return note === undefined ? null : `the target does not read back: ${note.message}`;
}

function placeOf({ label, parts }: Entity): string {
  return JSON.stringify([label, ...parts.map(({ start, end }) => [start, end])]);
}

function named({ label, parts }: Entity, words: readonly string[]): string {
  const text = parts.map(({ start, end }) => words.slice(start, end).join(" ")).join(" … ");
  return `the ${label} ${excerpt(text)} at word ${parts[0]?.start ?? 0}`;
}

function refusing<T>(make: () => T): T | { readonly refused: string } {
  try {
    return make();
  } catch (error) {
    if (error instanceof InputError) return { refused: error.message };
    throw error;
  }
}
