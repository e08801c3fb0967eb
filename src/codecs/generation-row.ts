import { z } from "zod";
import type { Entity } from "../core/document.js";
import { InputError } from "../core/errors.js";
import type { Note } from "../core/notes.js";
import type { AlgorithmName } from "../lcs/index.js";
import type { BackTokenize } from "./back-tokenize.js";
import { type BioTag, decodeBio, tagsOrNull } from "./bio.js";
import { labelSet } from "./label-set.js";
import { type RestoredTags, restoreTags, restoreTagsAsPaper } from "./restore-tags.js";
import { type SchemaName, targetSchema } from "./schemas/schemas.js";

const words = z.array(z.string());
const labels = z.array(z.string());
const id = z.union([z.string(), z.int()]).nullish();

/** A saved generation of any model: GNER's own rows, or `{words, labels, prediction}`; other fields are left alone. */
const generationRow = z.union([
  z
    .object({ id, instance: z.object({ words, id }), label_list: labels, prediction: z.string() })
    .transform(({ id: own, instance, label_list, prediction }) => ({
      id: own ?? instance.id ?? null,
      words: instance.words,
      labels: label_list,
      prediction,
    })),
  z.object({ id, words, labels, prediction: z.string() }),
]);

/** A saved generation: the words of a sentence, the labels asked for, and what a model wrote. */
export interface Generation {
  /** As the row has it, null where it has none. */
  readonly id: string | number | null;
  readonly words: readonly string[];
  readonly labels: readonly string[];
  readonly prediction: string;
}

/** Checks one parsed JSON row. Throws InputError naming the fields that are missing or wrong. */
export function parseGeneration(row: unknown): Generation {
  const checked = generationRow.safeParse(row);
  if (checked.success) return { ...checked.data, id: checked.data.id ?? null };
  const shape = "expected {words, labels, prediction} or {instance: {words}, label_list, prediction}";
  const given = row !== null && typeof row === "object" ? Object.keys(row).join(", ") : typeof row;
  const fields =
    "words and labels are lists of strings, prediction is a string, id a string or a whole number";
  throw new InputError(`${shape}, where ${fields}; the row has: ${given || "nothing"}`);
}

/** How generations are carried back to their words. */
export interface AlignmentMode {
  /** Tags as the paper's evaluator gives them, faults included; else with the repairs of `restoreTags`. */
  readonly asPaper: boolean;
  readonly backTokenize: BackTokenize;
  /** The aligner of schema `bio`; the others choose their own. */
  readonly algorithm: AlgorithmName;
  /** How generations say which words are which entities; as the paper, `bio` alone. Default `bio`. */
  readonly schema?: SchemaName;
}

export interface AlignedGeneration {
  /** One tag per word; null for entities that overlap, as schema `entity-centric` may have them. */
  readonly labels: readonly BioTag[] | null;
  /** Word ranges in `parts`, and their text with the words joined by spaces. */
  readonly entities: readonly (Entity & { readonly text: string })[];
  readonly notes: readonly Note[];
}

/** Labels and entities of one saved generation. Throws InputError for labels that cannot be told apart. */
export function alignGeneration(generation: Generation, mode: AlignmentMode): AlignedGeneration {
  const { tags, entities, notes } = decoded(generation, mode);
  const named = entities.map((entity) => ({ ...entity, text: textOf(generation.words, entity) }));
  return { labels: tags, entities: named, notes };
}

function decoded(generation: Generation, mode: AlignmentMode) {
  const { schema = "bio" } = mode;
  if (schema === "bio" || mode.asPaper) {
    const { tags, notes } = restored(generation, mode);
    return { tags, entities: decodeBio(tags), notes };
  }
  const { words, labels, prediction } = generation;
  const set = labelSet(labels);
  const found = targetSchema(schema).decode(words, prediction, set, mode.backTokenize);
  return {
    tags: tagsOrNull(words.length, found.entities),
    entities: found.entities,
    notes: [...set.notes, ...found.notes],
  };
}

function restored({ words, labels, prediction }: Generation, mode: AlignmentMode): RestoredTags {
  const { asPaper, backTokenize, algorithm } = mode;
  if (asPaper) return restoreTagsAsPaper(words, prediction, labels, backTokenize, algorithm);
  const set = labelSet(labels);
  const found = restoreTags(words, prediction, set, backTokenize, algorithm);
  return { ...found, notes: [...set.notes, ...found.notes] };
}

function textOf(words: readonly string[], { parts }: Entity): string {
  return parts.flatMap(({ start, end }) => words.slice(start, end)).join(" ");
}
