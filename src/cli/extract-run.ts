import { z } from "zod";
import { documentOfText } from "../core/words.js";
import { contentKey, type Journal } from "../files/journal.js";
import { type Extraction, toExtraction } from "../serve/gner.js";
import { inOrder } from "../serve/recognize/in-order.js";
import type { OneByOne } from "../serve/recognize/recognize-each.js";
import type { Finished } from "./extraction-formats.js";
import type { SourceDocument } from "./sources.js";

/** What one run works with. */
export interface ExtractRun {
  readonly documents: AsyncIterable<SourceDocument>;
  readonly recognizer: OneByOne;
  readonly concurrency: number;
  /** Finished rows of this run and of the one it goes on from; null where nothing is kept. */
  readonly journal: Journal | null;
  readonly counts: RunCounts;
}

/** How far a run is. Grows while it runs. */
export interface RunCounts {
  documents: number;
  kept: number;
  failed: number;
}

/** Where the result of a document is: in the journal under its key, or, of one that failed, here. */
export type Placed = { readonly id?: string | number } & (
  | { readonly key: string }
  | { readonly finished: Finished }
);

/** The documents in order, each as soon as it and those before it are done; in the journal it is before that. */
export async function* finishedDocuments(run: ExtractRun, signal: AbortSignal): AsyncGenerator<Finished> {
  const work = (source: SourceDocument, running: AbortSignal) => finish(source, run, running);
  for await (const { finished, isKept } of inOrder(run.documents, run.concurrency, work, signal)) {
    run.counts.documents++;
    if (isKept) run.counts.kept++;
    if ("error" in finished) run.counts.failed++;
    yield finished;
  }
}

async function finish(
  source: SourceDocument,
  { recognizer, journal }: ExtractRun,
  signal: AbortSignal,
): Promise<{ finished: Finished; isKept: boolean }> {
  const named = source.id === undefined ? {} : { id: source.id };
  if ("error" in source) return { finished: { ...named, error: source.error }, isKept: false };
  const { text } = source;
  const key = contentKey(text);
  const kept = asExtraction((await journal?.readEarlier(key)) ?? null);
  if (kept !== null) return { finished: { ...named, extraction: kept }, isKept: true };
  const outcome = await recognizer.recognize(documentOfText("0", text), signal);
  if ("error" in outcome) return { finished: { ...named, text, error: outcome.error }, isKept: false };
  const extraction = toExtraction(outcome.doc, outcome.recognition);
  await journal?.add(key, extraction);
  return { finished: { ...named, extraction }, isKept: false };
}

/** Without the results that are in the journal: the output may be larger than memory. */
export function placed(finished: Finished): Placed {
  const named = finished.id === undefined ? {} : { id: finished.id };
  if ("error" in finished) return { ...named, finished };
  return { ...named, key: contentKey(finished.extraction.text) };
}

/** The results themselves. */
export async function* finishedAt(journal: Journal, places: readonly Placed[]): AsyncGenerator<Finished> {
  for (const place of places) {
    if ("finished" in place) {
      yield place.finished;
      continue;
    }
    const extraction = asExtraction(await journal.read(place.key));
    if (extraction === null) throw new RangeError(`no row ${place.key} in ${journal.path}`);
    yield { ...(place.id === undefined ? {} : { id: place.id }), extraction };
  }
}

const row = z.custom<Extraction>(
  (value) =>
    z
      .object({ text: z.string(), entities: z.array(z.object({})), notes: z.array(z.object({})) })
      .safeParse(value).success,
);

/** Null for a row that is not there, or not whole. */
function asExtraction(value: unknown): Extraction | null {
  return row.safeParse(value).data ?? null;
}
