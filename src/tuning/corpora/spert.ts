import { z } from "zod";
import { jsonReader, sourceIdOf } from "./json-reader.js";
import { annotateWords } from "./word-spans.js";

const entry = z.object({
  tokens: z.array(z.string()),
  entities: z.array(z.object({ type: z.string().min(1), start: z.int(), end: z.int() })),
  orig_id: z.union([z.string(), z.number()]).nullish(),
});

/** SpERT's data: `{tokens, entities: [{type, start, end}]}`, words half-open; relations are no mentions. */
export const spert = jsonReader(entry, ({ tokens, entities, orig_id }, place) => {
  const mentions = entities.map(({ type, start, end }) => ({ label: type, parts: [{ start, end }] }));
  return { ...annotateWords(place, tokens, mentions), ...sourceIdOf(orig_id) };
});
