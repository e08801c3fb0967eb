import type { Entity } from "../../core/document.js";

/** The text that a model is to write for a sentence, or why there is none. */
export type SchemaText = { readonly text: string } | { readonly refused: string };

/**
 * How a target text says which words are which entities (the paper's Figure 3 and Table 1). One codec each; a key of a
 * plan chooses.
 */
export interface TargetSchema {
  /** Refused is what would not read back: words that look like the schema's own marks, entities that it cannot hold. */
  encode(words: readonly string[], entities: readonly Entity[]): SchemaText;
}
