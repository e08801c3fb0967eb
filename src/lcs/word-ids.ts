import { Scratch } from "./scratch.js";

/** Two word sequences as integers. The buffers may be longer than the sequences. */
export interface WordIds {
  /** For each source word its id, or -1 where no generated word equals it. */
  readonly source: Int32Array;
  readonly sourceLength: number;
  /** For each generated word its id; ids are numbered by first appearance. */
  readonly generated: Int32Array;
  readonly generatedLength: number;
  /** How many different generated words there are: ids are below it. */
  readonly vocabulary: number;
}

const sourceScratch = new Scratch();
const generatedScratch = new Scratch();

/** Numbers the words of both sequences; equal strings get equal ids. Valid until the next call. */
export function wordIds(sourceWords: readonly string[], generatedWords: readonly string[]): WordIds {
  const source = sourceScratch.take(sourceWords.length);
  const generated = generatedScratch.take(generatedWords.length);
  const ids = new Map<string, number>();
  let position = 0;
  for (const word of generatedWords) {
    let id = ids.get(word);
    if (id === undefined) {
      id = ids.size;
      ids.set(word, id);
    }
    generated[position++] = id;
  }
  position = 0;
  for (const word of sourceWords) source[position++] = ids.get(word) ?? -1;
  return {
    source,
    sourceLength: sourceWords.length,
    generated,
    generatedLength: generatedWords.length,
    vocabulary: ids.size,
  };
}
