import { z } from "zod";
import { jsonReader } from "./json-reader.js";
import { annotateText } from "./text-spans.js";

const entry = z.object({
  full_text: z.string(),
  spans: z.array(
    z.object({
      entity_type: z.string().min(1),
      start_position: z.int(),
      end_position: z.int(),
      entity_value: z.string().optional(),
    }),
  ),
});

/** Presidio's generated samples: `{full_text, spans: [{entity_type, start_position, end_position}]}`, end exclusive. */
export const presidio = jsonReader(entry, ({ full_text, spans }, place) =>
  annotateText(
    place,
    full_text,
    spans.map((span) => ({
      label: span.entity_type,
      parts: [{ start: span.start_position, end: span.end_position }],
      surface: span.entity_value,
    })),
    "code-points",
  ),
);
