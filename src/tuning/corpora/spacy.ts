import { z } from "zod";
import { jsonReader } from "./json-reader.js";
import type { Span } from "./text-spans.js";
import { annotateText } from "./text-spans.js";

const triple = z
  .tuple([z.int(), z.int(), z.string().min(1)])
  .rest(z.unknown())
  .transform(([start, end, label]): Span => ({ label, parts: [{ start, end }] }));

const span = z
  .object({ start: z.int(), end: z.int(), label: z.string().min(1) })
  .transform(({ start, end, label }): Span => ({ label, parts: [{ start, end }] }));

const spans = z.array(z.union([triple, span]));

/** `Doc.to_json` writes `ents` and, for span groups, `spans` under their names. */
const documentEntry = z
  .object({
    text: z.string(),
    ents: spans.optional(),
    entities: spans.optional(),
    spans: z.record(z.string(), spans).optional(),
  })
  .refine((doc) => doc.ents !== undefined || doc.entities !== undefined || doc.spans !== undefined, {
    error: "expected entities, ents or groups of spans",
  })
  .transform(({ text, ents = [], entities = [], spans = {} }) => ({
    text,
    spans: [...ents, ...entities, ...Object.values(spans).flat()],
  }));

const tupleEntry = z
  .tuple([z.string(), z.object({ entities: spans })])
  .transform(([text, { entities }]) => ({ text, spans: entities }));

/**
 * spaCy's JSON: `{text, entities: [[start, end, label]]}`, `Doc.to_json` with `ents` and groups of `spans`, or the
 * pairs `[text, {entities}]` of older training scripts. Offsets are in code points, end exclusive.
 */
export const spacy = jsonReader(z.union([documentEntry, tupleEntry]), ({ text, spans }, place) =>
  annotateText(place, text, spans, "code-points"),
);
