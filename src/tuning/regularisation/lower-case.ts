import type { Example } from "../../core/document.js";
import { documentOfWords, wordTexts } from "../../core/document.js";

/**
 * An example with all its words in lower case, as people type in a hurry. Some letters grow (`İ`), so that the text is
 * made anew of the words, joined by single spaces.
 */
export function inLowerCase<E extends Example>(example: E): E {
  const words = wordTexts(example.doc).map((word) => word.toLowerCase());
  return { ...example, doc: documentOfWords(example.doc.id, words) };
}
