import type { Document, Entity, Example } from "../../src/core/document.js";
import { documentOfWords, flatEntity } from "../../src/core/document.js";
import type { Recognition, Recognizer } from "../../src/serve/recognize/recognizer.js";

/** What a replay answers for one document; it may throw. */
type Answer = (gold: readonly Entity[], doc: Document) => Recognition;

/** Answers from the gold entities of known examples, with whatever faults `answer` makes. */
export class ReplayRecognizer implements Recognizer {
  /** How many documents each call asked for. */
  readonly calls: number[] = [];
  readonly beams: (number | undefined)[] = [];
  closed = false;
  private readonly gold: ReadonlyMap<string, readonly Entity[]>;

  constructor(
    examples: readonly Example[],
    private readonly answer: Answer = (gold) => ({ entities: gold, notes: [] }),
  ) {
    this.gold = new Map(examples.map(({ doc, gold }) => [doc.id, gold]));
  }

  async recognize(
    docs: readonly Document[],
    _labels: readonly string[],
    options: { readonly numBeams?: number } = {},
    signal?: AbortSignal,
  ): Promise<Recognition[]> {
    signal?.throwIfAborted();
    this.calls.push(docs.length);
    this.beams.push(options.numBeams);
    return docs.map((doc) => this.answer(this.gold.get(doc.id) ?? [], doc));
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

/** `count` sentences about the same person in the same city, numbered from 0. */
export function citySentences(prefix: string, count: number): Example[] {
  return Array.from({ length: count }, (_, i) => ({
    doc: documentOfWords(`${prefix}-${i}`, ["Emmy", "Noether", "taught", "in", "Göttingen", "."]),
    labels: ["city", "person"],
    gold: [flatEntity("person", 0, 2), flatEntity("city", 4, 5)],
  }));
}
