import type { Example } from "../src/core/document.js";
import { BackendError, InputError } from "../src/core/errors.js";
import { inOrder } from "../src/serve/recognize/in-order.js";
import { OneByOne } from "../src/serve/recognize/recognize-each.js";
import type { Recognizer } from "../src/serve/recognize/recognizer.js";
import { type Calibration, CalibrationTally } from "./calibration.js";
import type { EvalSet } from "./load.js";
import { type Prediction, type PredictionRow, predictionRow } from "./predictions.js";
import { type DatasetResult, DatasetTally } from "./tally.js";

/** The results of a run; F1s are fractions from 0 to 1. */
export interface EvalResult {
  readonly datasets: readonly DatasetResult[];
  /** Means of the data sets' F1; `paper` is null where a data set has none. */
  readonly average: { readonly paper: number | null; readonly strict: number };
  /** Of the scores over all data sets together; null where the recognizer gives none. */
  readonly calibration: Calibration | null;
}

/** How far a run is: `done` of `total` sentences of one data set. */
export interface EvalProgress {
  readonly dataset: string;
  readonly done: number;
  readonly total: number;
}

/** Predictions that outlive a run that does not come to its end. */
export interface KeptPredictions {
  /** What an earlier run predicted; null for a sentence that is to be predicted. */
  read(set: EvalSet, example: Example): Promise<Prediction | null>;
  /** Gets each prediction as soon as it is made, in any order. */
  add(set: EvalSet, example: Example, prediction: Prediction): Promise<void>;
}

export interface EvalOptions {
  /** Beam width; 1 is greedy. Default 1. */
  readonly numBeams?: number;
  /** Sentences asked for at the same time. Default 1. */
  readonly concurrency?: number;
  readonly signal?: AbortSignal;
  /** Called after each sentence. */
  readonly onProgress?: (progress: EvalProgress) => void;
  /** Gets the row of each sentence, in order; the run waits for it. */
  readonly onRow?: (row: PredictionRow) => void | Promise<void>;
  readonly kept?: KeptPredictions;
}

/**
 * Runs a recognizer over data sets and scores it both ways. A sentence on which it throws InputError or ModelError
 * counts as one without predictions and is listed under `errors`; any other error ends the run (a server that fails
 * would be measured instead of its model), as does the signal (with its reason). Throws InputError where there are no
 * data sets, and the recognizer's where it refuses the options or labels, whatever the sentence.
 */
export async function evaluate(
  recognizer: Recognizer,
  sets: readonly EvalSet[],
  options: EvalOptions = {},
): Promise<EvalResult> {
  if (sets.length === 0) throw new InputError("no data sets to evaluate on");
  const datasets: DatasetResult[] = [];
  const calibration = new CalibrationTally();
  for (const set of sets) datasets.push(await evaluateSet(recognizer, set, calibration, options));
  return { datasets, average: averageF1(datasets), calibration: calibration.result() };
}

async function evaluateSet(
  recognizer: Recognizer,
  set: EvalSet,
  calibration: CalibrationTally,
  options: EvalOptions,
): Promise<DatasetResult> {
  const { dataset, labels, examples } = set;
  const { numBeams = 1, concurrency = 1, signal, onProgress, onRow, kept } = options;
  const one = new OneByOne(recognizer, labels, { numBeams });
  const predict = async (example: Example, running: AbortSignal) => {
    const earlier = await kept?.read(set, example);
    if (earlier) return { example, prediction: earlier };
    const prediction = await predictionOf(one, example, running);
    // What failed is to be tried again.
    if (prediction.error === null) await kept?.add(set, example, prediction);
    return { example, prediction };
  };
  const tally = new DatasetTally();
  const began = performance.now();
  let done = 0;
  for await (const { example, prediction } of inOrder(examples, concurrency, predict, signal)) {
    tally.add(example, prediction);
    calibration.add(example.gold, prediction.entities);
    await onRow?.(predictionRow(dataset, example, prediction));
    onProgress?.({ dataset, done: ++done, total: examples.length });
    signal?.throwIfAborted();
  }
  return tally.result(dataset, Math.round(performance.now() - began) / 1000);
}

async function predictionOf(one: OneByOne, { doc }: Example, signal: AbortSignal): Promise<Prediction> {
  const outcome = await one.recognize(doc, signal);
  if (!("error" in outcome)) return { ...outcome.recognition, error: null };
  if (outcome.error instanceof BackendError) throw outcome.error;
  return { entities: [], notes: [], error: outcome.error.message };
}

function averageF1(datasets: readonly DatasetResult[]): EvalResult["average"] {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const paper = datasets.flatMap((result) => (result.paper === null ? [] : [result.paper.f1]));
  return {
    paper: paper.length === datasets.length ? mean(paper) : null,
    strict: mean(datasets.map((result) => result.strict.f1)),
  };
}
