import type { Document, Words } from "./document.js";
import { wordText } from "./document.js";

/**
 * The sentences of a document as ranges of its words, in order and without gaps, cut where Unicode's sentence
 * rules (`Intl.Segmenter`) see an end. An abbreviation or initial with its period never ends a sentence.
 */
export function splitSentences(doc: Document): Words[] {
  const segments = new Intl.Segmenter("en", { granularity: "sentence" }).segment(doc.text);
  const sentences: Words[] = [];
  let start = 0;
  let word = 0;
  for (const { index, segment } of segments) {
    const end = index + segment.length;
    while (word < doc.words.length && (doc.words[word]?.end ?? Infinity) <= end) word++;
    if (word > start && !endsInAbbreviation(doc, word)) {
      sentences.push({ start, end: word });
      start = word;
    }
  }
  if (start < doc.words.length) sentences.push({ start, end: doc.words.length });
  return sentences;
}

/** `splitWords` leaves a period on a word only where it belongs to an abbreviation. */
function endsInAbbreviation(doc: Document, end: number): boolean {
  const last = wordText(doc, end - 1);
  const moreFollows = end < doc.words.length;
  return moreFollows && last.length > 1 && last.endsWith(".") && /^\p{L}/u.test(last);
}
