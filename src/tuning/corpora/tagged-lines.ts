import { atPlace, excerpt, FormatError } from "../../core/errors.js";
import { readLines } from "./lines.js";
import type { Annotated, Remark } from "./reader.js";
import { decodeTags, labelInScheme } from "./tag-schemes.js";
import { annotateWords } from "./word-spans.js";

/** What stands between the words of a line and its intent. */
const intentMark = " <=> ";

/**
 * Sentences of `word:tag` items in BIO, one a line, with an intent behind `<=>` that is no annotation of entities.
 * An item is split at its last colon, since words may hold colons. Throws FormatError for items without a word or a
 * tag and tags outside the scheme.
 */
export async function* readTaggedLines(file: string): AsyncGenerator<Annotated> {
  for await (const { first, lines } of readLines(file)) {
    for (const [i, line] of lines.entries()) {
      if (line.trim() !== "") yield readTaggedLine(line, file, first + i);
    }
  }
}

/** One such sentence. Throws FormatError as `readTaggedLines` does. */
export function readTaggedLine(line: string, file: string, number: number): Annotated {
  const intent = line.lastIndexOf(intentMark);
  const items = (intent === -1 ? line : line.slice(0, intent)).trim().split(/[ \t]+/);
  const words: string[] = [];
  const tags: string[] = [];
  for (const item of items) {
    const colon = item.lastIndexOf(":");
    if (colon < 0) throw new FormatError(file, number, `no word:tag item: ${excerpt(item)}`);
    words.push(item.slice(0, colon));
    const tag = item.slice(colon + 1);
    atPlace(file, number, () => labelInScheme("bio", tag));
    tags.push(tag);
  }
  const { mentions, breaks } = decodeTags("bio", tags);
  const annotated = annotateWords({ file, line: number }, words, mentions);
  if (breaks.length === 0) return annotated;
  const remarks = breaks.map((at): Remark => {
    return { line: number, message: `word ${at}: ${tags[at]} does not follow the scheme where it stands` };
  });
  return { ...annotated, remarks: [...(annotated.remarks ?? []), ...remarks] };
}
