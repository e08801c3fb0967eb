import { z } from "zod";
import { decodeBio } from "../../codecs/bio.js";
import { atPlace, FormatError } from "../../core/errors.js";
import { jsonReader, sourceIdOf } from "./json-reader.js";
import { annotateWords } from "./word-spans.js";

const id = z.union([z.string(), z.number()]).nullish();

const entry = z.object({
  id,
  label_list: z.array(z.string().min(1)),
  instance: z.object({ id, words: z.array(z.string()), labels: z.array(z.string()) }),
});

/** GNER's own rows: `{label_list, instance: {words, labels}}`, one BIO tag a word; all of `label_list` is annotated. */
export const gner = jsonReader(entry, ({ id: own, label_list, instance }, place) => {
  const { words, labels } = instance;
  if (words.length !== labels.length) {
    throw new FormatError(place.file, place.line, `${words.length} words but ${labels.length} tags`);
  }
  const mentions = atPlace(place.file, place.line, () => decodeBio(labels));
  return {
    ...annotateWords(place, words, mentions),
    ...sourceIdOf(own ?? instance.id),
    declared: label_list,
  };
});
