import { z } from "zod";
import { FormatError } from "../../core/errors.js";
import { jsonReader } from "./json-reader.js";
import { annotateWords } from "./word-spans.js";

const mention = z.object({
  type: z.string().min(1),
  sent_id: z.int().nonnegative(),
  pos: z.tuple([z.int(), z.int()]),
});

const entry = z.object({
  title: z.string(),
  sents: z.array(z.array(z.string())),
  vertexSet: z.array(z.array(mention)),
});

/**
 * DocRED's documents: `{title, sents, vertexSet}`. A document is one example of all its sentences; every mention of
 * every entity counts, at words `pos` (half-open) of sentence `sent_id`.
 */
export const docred = jsonReader(entry, ({ title, sents, vertexSet }, place) => {
  const starts: number[] = [];
  let words = 0;
  for (const sentence of sents) {
    starts.push(words);
    words += sentence.length;
  }
  const mentions = vertexSet.flat().map(({ type, sent_id, pos: [from, to] }) => {
    const base = starts[sent_id];
    const length = sents[sent_id]?.length ?? 0;
    if (base === undefined || from < 0 || to > length) {
      throw new FormatError(
        place.file,
        place.line,
        `a ${type} at words ${from}-${to} of sentence ${sent_id}: not there`,
      );
    }
    return { label: type, parts: [{ start: base + from, end: base + to }] };
  });
  return { ...annotateWords(place, sents.flat(), mentions), sourceId: title };
});
