import { atPlace, FormatError } from "../../core/errors.js";
import type { Annotated, Place, Remark } from "./reader.js";
import type { TagScheme } from "./tag-schemes.js";
import { decodeTags, labelInScheme } from "./tag-schemes.js";
import { annotateWords } from "./word-spans.js";

/**
 * A sentence that the file has cut into words with a tag each. A tag that does not follow its scheme where it stands
 * gives a remark. Throws FormatError for more or fewer tags than words, tags outside the scheme, and as `annotateWords`.
 */
export function annotateTaggedWords(
  place: Place,
  words: readonly string[],
  tags: readonly string[],
  scheme: TagScheme,
): Pick<Annotated, "line" | "text" | "words" | "mentions" | "remarks"> {
  const { file, line } = place;
  if (words.length !== tags.length) {
    throw new FormatError(file, line, `${words.length} words but ${tags.length} tags`);
  }
  for (const tag of tags) atPlace(file, line, () => labelInScheme(scheme, tag));
  const { mentions, breaks } = decodeTags(scheme, tags);
  const annotated = annotateWords(place, words, mentions);
  if (breaks.length === 0) return annotated;
  const remarks = breaks.map((at): Remark => {
    return { line, message: `word ${at}: ${tags[at]} does not follow the scheme where it stands` };
  });
  return { ...annotated, remarks: [...(annotated.remarks ?? []), ...remarks] };
}
