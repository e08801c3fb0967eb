import { z } from "zod";
import { jsonReader } from "./json-reader.js";
import { annotateWords } from "./word-spans.js";

const mention = z.tuple([z.int(), z.int(), z.string().min(1)]);

const entry = z.object({
  tokenized_text: z.array(z.string()),
  ner: z.array(mention),
  negatives: z.array(z.string()).optional(),
  ner_negatives: z.array(z.string()).optional(),
});

/**
 * GLiNER's training data: `{tokenized_text, ner: [[first, last, label]]}`, words counted with the last included.
 * Sampled negatives (`negatives`, `ner_negatives`) are absent types.
 */
export const gliner = jsonReader(entry, ({ tokenized_text, ner, negatives, ner_negatives }, place) => {
  const mentions = ner.map(([first, last, label]) => ({ label, parts: [{ start: first, end: last + 1 }] }));
  const absent = negatives ?? ner_negatives;
  return {
    ...annotateWords(place, tokenized_text, mentions),
    ...(absent === undefined ? {} : { absent }),
  };
});
