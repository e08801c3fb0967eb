import { z } from "zod";
import { FormatError } from "../../core/errors.js";
import { jsonReader, sourceIdOf } from "./json-reader.js";
import type { Place, Reading } from "./reader.js";
import type { Span } from "./text-spans.js";
import { annotateText } from "./text-spans.js";

const id = z.union([z.string(), z.number()]).nullish();

const region = z.object({
  start: z.int(),
  end: z.int(),
  text: z.string().optional(),
  labels: z.array(z.string().min(1)).min(1),
});

/** Results of other tasks (choices, relations) stand in the same list. */
const result = z.union([
  z.object({ type: z.enum(["labels", "hypertextlabels"]), value: region }),
  z.object({ type: z.string() }).refine(({ type }) => !/labels$/.test(type)),
]);

const fullEntry = z.object({
  id,
  data: z.record(z.string(), z.unknown()),
  annotations: z.array(z.object({ was_cancelled: z.boolean().optional(), result: z.array(result) })),
});

const minimalEntry = z.object({ id, text: z.string(), label: z.array(region) });

type FullEntry = z.infer<typeof fullEntry>;

/**
 * Label Studio's exports: JSON (`{data, annotations: [{result}]}`) and JSON-MIN (`{text, label: [{start, end,
 * labels}]}`). Offsets are in UTF-16 units, end exclusive; a region of several labels is a mention of each. A task
 * without a finished annotation is left out; of several the first counts, with a remark.
 */
export const labelStudio = jsonReader(z.union([fullEntry, minimalEntry]), (entry, place): Reading => {
  if ("annotations" in entry) return annotateTask(entry, place);
  return { ...annotateText(place, entry.text, spansOf(entry.label), "utf16"), ...sourceIdOf(entry.id) };
});

function annotateTask({ id, data, annotations }: FullEntry, place: Place): Reading {
  const finished = annotations.filter(({ was_cancelled }) => !was_cancelled);
  const [annotation] = finished;
  if (annotation === undefined) return { line: place.line, leftOut: "it has no finished annotation" };
  const regions = annotation.result.flatMap((found) => ("value" in found ? [found.value] : []));
  const annotated = annotateText(place, taskText(data, place), spansOf(regions), "utf16");
  const several = { line: place.line, message: `the first of ${finished.length} annotations counts` };
  return {
    ...annotated,
    ...sourceIdOf(id),
    ...(finished.length > 1 ? { remarks: [several, ...(annotated.remarks ?? [])] } : {}),
  };
}

/** `data.text`, or the only text of a task that names it otherwise. */
function taskText(data: FullEntry["data"], { file, line }: Place): string {
  if (typeof data.text === "string") return data.text;
  const texts = Object.values(data).filter((value) => typeof value === "string");
  const [text, ...more] = texts;
  if (text !== undefined && more.length === 0) return text;
  throw new FormatError(file, line, `expected data.text, or one text in data: found ${texts.length}`);
}

function spansOf(regions: readonly z.infer<typeof region>[]): Span[] {
  return regions.flatMap(({ start, end, text, labels }) =>
    labels.map((label) => ({ label, parts: [{ start, end }], surface: text })),
  );
}
