import type { Document, Entity } from "../../core/document.js";
import type { Note } from "../../core/notes.js";
import type { Prompt } from "../generate/prompt-form.js";
import type { Usage } from "../generate/usage.js";

/** How entities are searched for. */
export interface RecognitionOptions {
  /** Beam width; 1 is greedy. Default 1. */
  readonly numBeams?: number;
  /** See GenerationOptions.lengthPenalty. Default 1. */
  readonly lengthPenalty?: number;
  /** Called with how many of the windows of all documents are done. */
  readonly onWindow?: (done: number, total: number) => void;
}

/** What was found in one document: its entities, in the order of their first words, and notes about the result. */
export interface Recognition {
  readonly entities: readonly Entity[];
  readonly notes: readonly Note[];
}

/**
 * Finds entities of any label set given at call time. Entities may have several parts, nest and overlap, depending
 * on the family. Every implementation passes the contract suite in `tests/serve/recognizer-contract.ts`.
 */
export interface Recognizer {
  /** What its model has used so far; absent where nothing counts it. */
  readonly usage?: Usage;
  /** One recognition per document, in order. Throws InputError for a label set that cannot be asked for. */
  recognize(
    docs: readonly Document[],
    labels: readonly string[],
    options?: RecognitionOptions,
    signal?: AbortSignal,
  ): Promise<Recognition[]>;
  /**
   * What is sent to the model for a document, one prompt per window of it; absent where a model is not asked by prompts.
   * Nothing is sent. Throws InputError as `recognize` does.
   */
  prompts?(doc: Document, labels: readonly string[]): Prompt[];
  close(): Promise<void>;
}
