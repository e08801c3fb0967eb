import { z } from "zod";
import type { Example } from "../src/core/document.js";
import { contentKey, Journal, type JournalMode, type RunSettings } from "../src/files/journal.js";
import { writeOutputFile } from "../src/files/output-file.js";
import type { EvalSet } from "./load.js";
import type { Prediction, PredictionRow } from "./predictions.js";
import type { KeptPredictions } from "./run.js";

/**
 * A JSONL file of predictions, written when all rows are there. Until then finished sentences are in its journal
 * (`<path>.part`), from where a later run goes on; a path that is no file, such as a pipe, has none.
 */
export class PredictionsFile implements KeptPredictions {
  private readonly rows: PredictionRow[] = [];
  private earlier = 0;

  private constructor(
    private readonly path: string,
    private readonly journal: Journal | null,
  ) {}

  /** Throws InputError as `Journal.open` does; `settings` are what predictions depend on besides sentences and labels. */
  static async open(path: string, settings: RunSettings, mode: JournalMode): Promise<PredictionsFile> {
    return new PredictionsFile(path, await Journal.open(path, settings, mode));
  }

  /** How many predictions were taken from an earlier run. */
  get kept(): number {
    return this.earlier;
  }

  async read(set: EvalSet, example: Example): Promise<Prediction | null> {
    const found = prediction.safeParse((await this.journal?.readEarlier(keyOf(set, example))) ?? null);
    if (!found.success) return null;
    this.earlier++;
    return found.data;
  }

  async add(set: EvalSet, example: Example, made: Prediction): Promise<void> {
    await this.journal?.add(keyOf(set, example), made);
  }

  /** Takes the next row of the file, in the order of the file. */
  append(row: PredictionRow): void {
    this.rows.push(row);
  }

  /** Writes the file. */
  async finish(): Promise<void> {
    await writeOutputFile(this.path, async (output) => {
      for (const row of this.rows) await output.write(`${JSON.stringify(row)}\n`);
    });
    await this.journal?.remove();
  }

  /** Ends without the file. Gives where the finished predictions are, or null, with no file left, if there are none. */
  async abandon(): Promise<string | null> {
    return this.journal !== null && (await this.journal.keep()) ? this.journal.path : null;
  }
}

/** Sentences of a set may be the same; their ids are not. */
function keyOf({ dataset, labels }: EvalSet, { doc }: Example): string {
  return contentKey(dataset, JSON.stringify(labels), doc.id, doc.text);
}

const prediction = z.custom<Prediction>(
  (value) =>
    z
      .object({ entities: z.array(z.object({})), notes: z.array(z.object({})), error: z.null() })
      .safeParse(value).success,
);
