import { excerpt, FormatError } from "../../core/errors.js";
import { readLines } from "./lines.js";
import type { Annotated } from "./reader.js";
import { annotateTaggedWords } from "./tagged-words.js";
import { type Wanted, wantedLines } from "./wanted.js";

/** What stands between the words of a line and its intent. */
const intentMark = " <=> ";

/**
 * Sentences of `word:tag` items in BIO, one a line, with an intent behind `<=>` that is no annotation of entities.
 * An item is split at its last colon, since words may hold colons. Throws FormatError for items without a word or a
 * tag and tags outside the scheme.
 */
export async function* readTaggedLines(file: string, wanted?: Wanted): AsyncGenerator<Annotated> {
  for await (const { first, lines } of readLines(file)) {
    yield* wantedLines(lines, wanted, (line, i) => readTaggedLine(line, file, first + i));
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
    tags.push(item.slice(colon + 1));
  }
  return annotateTaggedWords({ file, line: number }, words, tags, "bio");
}
