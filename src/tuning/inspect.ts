import { FormatError } from "../core/errors.js";
import type { CorpusFormat } from "./corpora/formats.js";
import { readEntries } from "./corpora/formats.js";
import type { Reading } from "./corpora/reader.js";
import { FirstPass } from "./inspect/first-pass.js";
import type { Inspection } from "./inspect/inspection.js";
import { SecondPass } from "./inspect/second-pass.js";
import { Suspicions } from "./inspect/suspicions.js";

/** How far an inspection is: every example is read twice. */
export interface InspectionProgress {
  readonly pass: 1 | 2;
  readonly sentences: number;
}

/** Progress is told about once for so many entries. */
const progressInterval = 500;

/**
 * Reads a whole file, twice: mentions can be compared with all others only when these are known. What is kept in
 * memory is counts, labels, the suspicions to show, and some dozens of bytes for each distinct text and surface.
 * Throws InputError and FormatError as its reader does, and the signal's reason.
 */
export async function inspectCorpus(
  path: string,
  format: CorpusFormat,
  signal?: AbortSignal,
  onProgress?: (progress: InspectionProgress) => void,
): Promise<Inspection> {
  const entriesOf = (pass: 1 | 2) =>
    watched(readEntries(path, format), (sentences) => {
      signal?.throwIfAborted();
      if (sentences % progressInterval === 0) onProgress?.({ pass, sentences });
    });
  const suspicions = new Suspicions();
  const { counts, surfaces, labels } = await count(entriesOf(1), suspicions);
  if (counts.sentences === 0) throw new FormatError(path, 0, "holds no sentence");
  const second = new SecondPass(surfaces, labels, counts.lengths.sentences, suspicions);
  for await (const entry of entriesOf(2)) if (!("leftOut" in entry)) second.add(entry);
  second.finish();
  return { format: format.kind, settings: format, ...counts, ...suspicions.result() };
}

/** The first pass, apart so that the texts it compares are not kept for the second. */
async function count(entries: AsyncIterable<Reading>, suspicions: Suspicions) {
  const first = new FirstPass(suspicions);
  for await (const entry of entries) {
    if ("leftOut" in entry) first.leaveOut(entry);
    else first.add(entry);
  }
  return { counts: first.finish(), surfaces: first.surfaces, labels: first.labelNames() };
}

async function* watched(
  entries: AsyncIterable<Reading>,
  watch: (sentences: number) => void,
): AsyncGenerator<Reading> {
  let count = 0;
  for await (const entry of entries) {
    watch(count++);
    yield entry;
  }
}

/**
 * A format that goes on where it would refuse a line that can be settled and listed instead. To look at a file is to
 * see all of its faults at once.
 */
export function tolerant(format: CorpusFormat): CorpusFormat {
  if (format.kind !== "columns") return format;
  const emptyWords = format.emptyWords === "refuse" ? "drop" : format.emptyWords;
  return { ...format, emptyWords, oddTags: "outside" };
}
