import { at, Scratch } from "./scratch.js";

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
const slotScratch = new Scratch();

const MOST_PROBES = 64;

/** How far ahead a found word may stand for the next source word to be expected behind it. */
const NEAR = 4;

/** Numbers the words of both sequences; equal strings get equal ids. Valid until the next call. */
export function wordIds(sourceWords: readonly string[], generatedWords: readonly string[]): WordIds {
  const source = sourceScratch.take(sourceWords.length);
  const generated = generatedScratch.take(generatedWords.length);
  let vocabulary = numberByHash(sourceWords, generatedWords, source, generated);
  if (vocabulary < 0) vocabulary = numberByMap(sourceWords, generatedWords, source, generated);
  return {
    source,
    sourceLength: sourceWords.length,
    generated,
    generatedLength: generatedWords.length,
    vocabulary,
  };
}

/**
 * Numbers words with a hash of their length and three of their characters, which takes a half or less of the time
 * that a Map takes. Words made to collide would make it quadratic: it gives up where one word needs too many
 * probes, and returns -1, otherwise the size of the vocabulary.
 */
function numberByHash(
  sourceWords: readonly string[],
  generatedWords: readonly string[],
  source: Int32Array,
  generated: Int32Array,
): number {
  const size = 2 ** Math.ceil(Math.log2(2 * generatedWords.length + 2));
  const slots = slotScratch.take(size).fill(0, 0, size);
  let vocabulary = 0;
  for (let column = 0; column < generatedWords.length; column++) {
    const slot = findSlot(slots, size, generatedWords, generatedWords[column] ?? "");
    if (slot < 0) return -1;
    const holder = at(slots, slot);
    if (holder === 0) slots[slot] = column + 1;
    generated[column] = holder === 0 ? vocabulary++ : at(generated, holder - 1);
  }
  let expected = 0;
  for (let row = 0; row < sourceWords.length; row++) {
    const word = sourceWords[row] ?? "";
    // Most source words come in the generation's order: then no look-up is needed.
    if (expected < generatedWords.length && generatedWords[expected] === word) {
      source[row] = at(generated, expected++);
      continue;
    }
    const slot = findSlot(slots, size, generatedWords, word);
    if (slot < 0) return -1;
    const holder = at(slots, slot);
    source[row] = holder === 0 ? -1 : at(generated, holder - 1);
    if (holder > expected && holder <= expected + NEAR) expected = holder;
  }
  return vocabulary;
}

/**
 * The slot that holds `word`, or the free one where it would stand; -1 after too many probes. A slot holds one more
 * than the index of a word's first appearance, or 0.
 */
function findSlot(slots: Int32Array, size: number, words: readonly string[], word: string): number {
  let slot = hash(word) & (size - 1);
  for (let probe = 0; probe < MOST_PROBES; probe++) {
    const holder = at(slots, slot);
    if (holder === 0 || words[holder - 1] === word) return slot;
    slot = (slot + 1) & (size - 1);
  }
  return -1;
}

function hash(word: string): number {
  const length = word.length;
  if (length === 0) return 0;
  const mixed =
    Math.imul(length, 0x9e3779b1) ^
    Math.imul(word.charCodeAt(0), 0x85ebca6b) ^
    Math.imul(word.charCodeAt(length >> 1), 0x27d4eb2f) ^
    Math.imul(word.charCodeAt(length - 1), 0xc2b2ae35);
  return Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) >>> 7;
}

function numberByMap(
  sourceWords: readonly string[],
  generatedWords: readonly string[],
  source: Int32Array,
  generated: Int32Array,
): number {
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
  return ids.size;
}
