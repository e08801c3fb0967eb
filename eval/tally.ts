import type { Example } from "../src/core/document.js";
import { InputError } from "../src/core/errors.js";
import type { NoteKind } from "../src/core/notes.js";
import { addCounts, type Counts, noCounts, type Scores } from "./counts.js";
import { paperCountsOfEntities, paperScores } from "./paper.js";
import type { Prediction } from "./predictions.js";
import { strictCountsByLabel, strictScores } from "./strict.js";

/** A sentence on which the recognizer failed. */
export interface SentenceError {
  /** Of the document. */
  readonly id: string;
  readonly message: string;
}

/** The strict result of one label. */
export interface LabelResult extends Counts, Scores {
  readonly label: string;
}

/** The result of one data set. All scores are fractions from 0 to 1. */
export interface DatasetResult {
  readonly dataset: string;
  readonly sentences: number;
  /** As the paper's evaluator computes it; null where that is not defined, see `paperUndefined`. */
  readonly paper: Scores | null;
  /** By position: same label, same words. */
  readonly strict: Scores;
  /** Why `paper` is null: entities that BIO cannot hold; null where `paper` has scores. */
  readonly paperUndefined: string | null;
  /** Strict, by label, in code unit order. */
  readonly labels: readonly LabelResult[];
  /** How many notes of each kind came with the results. */
  readonly notes: Readonly<Partial<Record<NoteKind, number>>>;
  /** Sentences that failed; each counts as one without predictions. */
  readonly errors: readonly SentenceError[];
  /** By the clock; sentences that were kept from an earlier run take none. */
  readonly seconds: number;
}

/** Adds up the sentences of one data set. */
export class DatasetTally {
  private sentences = 0;
  private paper = noCounts;
  private paperUndefined: string | null = null;
  private readonly byLabel = new Map<string, Counts>();
  private readonly notes: Partial<Record<NoteKind, number>> = {};
  private readonly errors: SentenceError[] = [];

  add({ doc, gold }: Example, { entities, notes, error }: Prediction): void {
    this.sentences++;
    for (const [label, counts] of strictCountsByLabel(gold, entities)) {
      this.byLabel.set(label, addCounts(this.byLabel.get(label) ?? noCounts, counts));
    }
    this.addPaper({ doc, gold, entities });
    for (const { kind } of notes) this.notes[kind] = (this.notes[kind] ?? 0) + 1;
    if (error !== null) this.errors.push({ id: doc.id, message: error });
  }

  private addPaper({
    doc,
    gold,
    entities,
  }: Pick<Example, "doc" | "gold"> & Pick<Prediction, "entities">): void {
    if (this.paperUndefined !== null) return;
    try {
      this.paper = addCounts(this.paper, paperCountsOfEntities(doc, gold, entities));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.paperUndefined = `${doc.id}: ${error.message}`;
    }
  }

  result(dataset: string, seconds: number): DatasetResult {
    const strict = [...this.byLabel.values()].reduce(addCounts, noCounts);
    const labels = [...this.byLabel.keys()].sort().map((label) => {
      const counts = this.byLabel.get(label) ?? noCounts;
      return { label, ...counts, ...strictScores(counts) };
    });
    return {
      dataset,
      sentences: this.sentences,
      paper: this.paperUndefined === null ? paperScores(this.paper) : null,
      strict: strictScores(strict),
      paperUndefined: this.paperUndefined,
      labels,
      notes: { ...this.notes },
      errors: [...this.errors],
      seconds,
    };
  }
}
