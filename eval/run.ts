import type { Example } from "../src/core/document.js";
import { documentOfWords } from "../src/core/document.js";
import { InputError, ModelError } from "../src/core/errors.js";
import type { Recognizer } from "../src/serve/recognize/recognizer.js";
import type { EvalSet } from "./load.js";
import { type Prediction, type PredictionRow, predictionRow } from "./predictions.js";
import { type DatasetResult, DatasetTally } from "./tally.js";

/** The results of a run; F1s are fractions from 0 to 1. */
export interface EvalResult {
  readonly datasets: readonly DatasetResult[];
  /** Means of the data sets' F1; `paper` is null where a data set has none. */
  readonly average: { readonly paper: number | null; readonly strict: number };
}

/** How far a run is: `done` of `total` sentences of one data set. */
export interface EvalProgress {
  readonly dataset: string;
  readonly done: number;
  readonly total: number;
}

export interface EvalOptions {
  /** Beam width; 1 is greedy. Default 1. */
  readonly numBeams?: number;
  readonly signal?: AbortSignal;
  /** Called after each chunk of sentences. */
  readonly onProgress?: (progress: EvalProgress) => void;
  /** Gets the rows of each chunk, in order; the run waits for it. */
  readonly onRows?: (rows: readonly PredictionRow[]) => Promise<void>;
}

/** Sentences a call: enough for a recognizer to share work between them, few enough for the progress to move. */
const chunkSize = 16;

/**
 * Runs a recognizer over data sets and scores it both ways. A sentence on which it throws InputError or ModelError
 * counts as one without predictions and is listed under `errors`; any other error ends the run, as does the signal
 * (with its reason). Throws InputError where there are no data sets, and the recognizer's where it refuses the options
 * or labels, whatever the sentence.
 */
export async function evaluate(
  recognizer: Recognizer,
  sets: readonly EvalSet[],
  options: EvalOptions = {},
): Promise<EvalResult> {
  if (sets.length === 0) throw new InputError("no data sets to evaluate on");
  const datasets: DatasetResult[] = [];
  for (const set of sets) datasets.push(await evaluateSet(recognizer, set, options));
  return { datasets, average: averageF1(datasets) };
}

async function evaluateSet(
  recognizer: Recognizer,
  set: EvalSet,
  options: EvalOptions,
): Promise<DatasetResult> {
  const { dataset, labels, examples } = set;
  const { signal, onProgress, onRows } = options;
  const tally = new DatasetTally();
  const ask = askIn(recognizer, labels, options);
  let milliseconds = 0;
  for (let start = 0; start < examples.length; start += chunkSize) {
    signal?.throwIfAborted();
    const chunk = examples.slice(start, start + chunkSize);
    const began = performance.now();
    const answered = await ask(chunk);
    milliseconds += performance.now() - began;
    for (const { example, prediction } of answered) tally.add(example, prediction);
    await onRows?.(answered.map(({ example, prediction }) => predictionRow(dataset, example, prediction)));
    onProgress?.({ dataset, done: start + chunk.length, total: examples.length });
  }
  return tally.result(dataset, Math.round(milliseconds) / 1000);
}

interface Answered {
  readonly example: Example;
  readonly prediction: Prediction;
}

/**
 * Asks for a chunk at once, and for its sentences one by one where that fails: a bad one must not lose the others.
 * Options and labels that no sentence can be asked with are no fault of sentences.
 */
function askIn(recognizer: Recognizer, labels: readonly string[], { numBeams = 1, signal }: EvalOptions) {
  let isAskable = false;
  async function checkAskable(): Promise<void> {
    if (isAskable) return;
    try {
      await recognizer.recognize([documentOfWords("one-word", ["word"])], labels, { numBeams }, signal);
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
    }
    isAskable = true;
  }
  return async function ask(examples: readonly Example[]): Promise<Answered[]> {
    try {
      const docs = examples.map(({ doc }) => doc);
      const recognitions = await recognizer.recognize(docs, labels, { numBeams }, signal);
      return examples.map((example, i) => {
        const recognition = recognitions[i];
        if (recognition === undefined || recognitions.length !== examples.length) {
          throw new Error(
            `the recognizer gave ${recognitions.length} results for ${examples.length} documents`,
          );
        }
        return { example, prediction: { ...recognition, error: null } };
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof InputError || error instanceof ModelError)) throw error;
      const [example, ...more] = examples;
      if (example === undefined) throw error;
      if (error instanceof InputError) await checkAskable();
      if (more.length === 0) {
        return [{ example, prediction: { entities: [], notes: [], error: error.message } }];
      }
      const answered: Answered[] = [];
      for (const single of examples) answered.push(...(await ask([single])));
      return answered;
    }
  };
}

function averageF1(datasets: readonly DatasetResult[]): EvalResult["average"] {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const paper = datasets.flatMap((result) => (result.paper === null ? [] : [result.paper.f1]));
  return {
    paper: paper.length === datasets.length ? mean(paper) : null,
    strict: mean(datasets.map((result) => result.strict.f1)),
  };
}
