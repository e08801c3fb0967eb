import { type BioTag, tagsOrNull } from "../src/codecs/bio.js";
import type { Entity, Example } from "../src/core/document.js";
import { wordTexts } from "../src/core/document.js";
import type { Note } from "../src/core/notes.js";

/** What a recognizer gave for one sentence. */
export interface Prediction {
  readonly entities: readonly Entity[];
  readonly notes: readonly Note[];
  /** Why the recognizer failed on this sentence, which then counts as one without predictions; null if it did not. */
  readonly error: string | null;
}

/** A row of a predictions file (JSONL): all that scoring needs, so results can be scored again without the model. */
export interface PredictionRow {
  readonly dataset: string;
  readonly id: string;
  readonly words: readonly string[];
  /** BIO tags, one a word; null where BIO cannot hold the entities (nested, overlapping, discontinuous). */
  readonly goldTags: readonly BioTag[] | null;
  readonly predictedTags: readonly BioTag[] | null;
  /** Parts are half-open ranges of word indices. */
  readonly gold: readonly Entity[];
  readonly predicted: readonly Entity[];
  readonly notes: readonly Note[];
  readonly error: string | null;
}

export function predictionRow(
  dataset: string,
  { doc, gold }: Example,
  prediction: Prediction,
): PredictionRow {
  const { entities, notes, error } = prediction;
  return {
    dataset,
    id: doc.id,
    words: wordTexts(doc),
    goldTags: tagsOrNull(doc.words.length, gold),
    predictedTags: tagsOrNull(doc.words.length, entities),
    gold,
    predicted: entities,
    notes,
    error,
  };
}
