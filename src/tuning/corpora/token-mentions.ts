import { z } from "zod";
import { jsonReader, sourceIdOf } from "./json-reader.js";
import { annotateWords } from "./word-spans.js";

const entry = z.object({
  tokens: z.array(z.string()),
  entity_mentions: z.array(z.object({ entity_type: z.string().min(1), start: z.int(), end: z.int() })),
  sent_id: z.union([z.string(), z.number()]).nullish(),
  doc_id: z.union([z.string(), z.number()]).nullish(),
});

/** `{tokens, entity_mentions: [{entity_type, start, end}]}`, words half-open, as nested sets are often shared. */
export const tokenMentions = jsonReader(entry, ({ tokens, entity_mentions, sent_id, doc_id }, place) => {
  const mentions = entity_mentions.map(({ entity_type, start, end }) => ({
    label: entity_type,
    parts: [{ start, end }],
  }));
  return {
    ...annotateWords(place, tokens, mentions),
    ...sourceIdOf(sent_id),
    ...(doc_id === null || doc_id === undefined ? {} : { document: String(doc_id) }),
  };
});
