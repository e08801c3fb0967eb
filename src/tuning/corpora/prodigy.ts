import { z } from "zod";
import { jsonReader } from "./json-reader.js";
import { annotateText } from "./text-spans.js";

const entry = z.object({
  text: z.string(),
  spans: z.array(z.object({ start: z.int(), end: z.int(), label: z.string().min(1) })),
  answer: z.enum(["accept", "reject", "ignore"]).optional(),
});

/**
 * Prodigy's exports: `{text, spans: [{start, end, label}], answer}`, code points, end exclusive. Only accepted tasks
 * are annotations; rejected and ignored ones are left out.
 */
export const prodigy = jsonReader(entry, ({ text, spans, answer = "accept" }, place) => {
  if (answer !== "accept") return { line: place.line, leftOut: `its answer is "${answer}"` };
  const found = spans.map(({ start, end, label }) => ({ label, parts: [{ start, end }] }));
  return annotateText(place, text, found, "code-points");
});
