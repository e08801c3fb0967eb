import type { Entity } from "../../core/document.js";
import type { Note } from "../../core/notes.js";
import type { BackTokenize } from "../back-tokenize.js";
import type { LabelSet } from "../label-set.js";

/** The text that a model is to write for a sentence, or why there is none. */
export type SchemaText = { readonly text: string } | { readonly refused: string };

/** What a generated text says of a sentence. */
export interface SchemaEntities {
  /** In word ranges, with the labels as the user gave them. */
  readonly entities: readonly Entity[];
  readonly notes: readonly Note[];
}

/**
 * How a target text says which words are which entities (the paper's Figure 3 and Table 1). One codec each; a key of a
 * plan chooses. What `encode` writes, `decode` reads back; its only note then is that words stand at several places.
 */
export interface TargetSchema {
  /** Refused is what would not read back: words that look like the schema's own marks, entities that it cannot hold. */
  encode(words: readonly string[], entities: readonly Entity[]): SchemaText;
  /** Reads what a model wrote, with slips; every repair leaves a note. */
  decode(
    words: readonly string[],
    generation: string,
    labels: LabelSet,
    backTokenize: BackTokenize,
  ): SchemaEntities;
  /** The words that a target of `encode` spells; null for a schema that leaves words out. */
  wordsOf(target: string, labels: LabelSet): readonly string[] | null;
}
