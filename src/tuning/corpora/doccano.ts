import { z } from "zod";
import { jsonReader, sourceIdOf } from "./json-reader.js";
import type { Span } from "./text-spans.js";
import { annotateText } from "./text-spans.js";

const triples = z.array(
  z
    .tuple([z.int(), z.int(), z.string().min(1)])
    .transform(([start, end, label]): Span => ({ label, parts: [{ start, end }] })),
);

const entities = z.array(
  z.object({ start_offset: z.int(), end_offset: z.int(), label: z.string().min(1) }).transform(
    (entity): Span => ({
      label: entity.label,
      parts: [{ start: entity.start_offset, end: entity.end_offset }],
    }),
  ),
);

const id = z.union([z.string(), z.number()]).nullish();

const entry = z.union([
  z
    .object({ id, text: z.string(), label: triples })
    .transform(({ id, text, label }) => ({ id, text, spans: label })),
  z
    .object({ id, text: z.string(), labels: triples })
    .transform(({ id, text, labels }) => ({ id, text, spans: labels })),
  z
    .object({ id, text: z.string(), entities })
    .transform(({ id, text, entities }) => ({ id, text, spans: entities })),
]);

/**
 * doccano's exports: `{id, text, label: [[start, end, label]]}`, `labels` in older ones, or, with relations,
 * `entities: [{start_offset, end_offset, label}]`. Code points, end exclusive.
 */
export const doccano = jsonReader(entry, ({ id, text, spans }, place) => ({
  ...annotateText(place, text, spans, "code-points"),
  ...sourceIdOf(id),
}));
