import type { Entity } from "../../core/document.js";
import { InputError } from "../../core/errors.js";
import type { BackTokenize } from "../back-tokenize.js";
import { type BioTag, labelOfTag } from "../bio.js";
import type { LabelSet } from "../label-set.js";
import type { TaggedWord } from "../word-label.js";
import { isNoneAnswer, none, spacedWord, withoutNoneNote } from "./none.js";
import { readTagged, tagForm } from "./read-tagged.js";
import { type GeneratedSegment, restoreSegments, type SegmentRule } from "./restore-segments.js";
import { flatTags, readBack } from "./round-trip.js";
import type { SchemaEntities, SchemaText, TargetSchema } from "./schema.js";
import { tokensOf } from "./source-tokens.js";

/** Stands for the words between two contexts. As a word of a sentence it has a tag. */
const leftOut = "...";

/**
 * The entities with up to `length` words on either side, as `word(label)` and `word(O)`: contexts that touch are one,
 * between others stands `...`. `none` where there is no entity. What it holds it tells apart by its context; two entities
 * of one label side by side are one.
 */
export function contextSchema(length: number): TargetSchema {
  if (!Number.isSafeInteger(length) || length < 1) {
    throw new InputError(`a context of ${length} words: it must be a whole number of 1 or more`);
  }
  const rule: SegmentRule = {
    gap: 1,
    mayOverlap: false,
    fits: ({ labels }, start, sourceLength) => {
      const left = labels.findIndex((label) => label !== null);
      const right = labels.length - 1 - labels.findLastIndex((label) => label !== null);
      const end = start + labels.length;
      return (left === length || start === 0) && (right === length || end === sourceLength);
    },
  };
  const schema: TargetSchema = {
    encode: (words, entities) => encode(schema, length, words, entities),
    decode: (words, generation, labels, backTokenize) =>
      decode(rule, words, generation, labels, backTokenize),
    wordsOf: () => null,
  };
  return schema;
}

function encode(
  schema: TargetSchema,
  length: number,
  words: readonly string[],
  entities: readonly Entity[],
): SchemaText {
  const spaced = spacedWord(words);
  if (spaced !== null) return { refused: spaced };
  const tags = flatTags(words.length, entities);
  if ("refused" in tags) return tags;
  return readBack(schema, write(words, tags, length), words, entities);
}

function write(words: readonly string[], tags: readonly BioTag[], length: number): string {
  const isShown = new Uint8Array(words.length);
  for (const [i, tag] of tags.entries()) {
    if (tag !== "O") isShown.fill(1, Math.max(0, i - length), i + length + 1);
  }
  const pieces: string[] = [];
  for (const [i, word] of words.entries()) {
    if (isShown[i] === 0) continue;
    if (pieces.length > 0 && isShown[i - 1] === 0) pieces.push(leftOut);
    pieces.push(`${word}(${labelOfTag(tags[i] ?? "O") ?? "O"})`);
  }
  return pieces.length === 0 ? none : pieces.join(" ");
}

function decode(
  rule: SegmentRule,
  words: readonly string[],
  generation: string,
  labels: LabelSet,
  backTokenize: BackTokenize,
): SchemaEntities {
  const { items, notes } = readTagged(generation, tagForm(labels, [""], ["O"], true), words);
  if (items.length === 0 && isNoneAnswer(generation)) return { entities: [], notes: withoutNoneNote(notes) };
  const restored = restoreSegments(words, segmentsOf(items), rule, labels, backTokenize);
  return { entities: restored.entities, notes: [...notes, ...restored.notes] };
}

function segmentsOf(items: readonly TaggedWord[]): GeneratedSegment[] {
  const segments: { words: string[]; labels: (string | null)[] }[] = [];
  let open: { words: string[]; labels: (string | null)[] } | null = null;
  for (const { word, tag } of items) {
    const tokens = tokensOf(word);
    // The last token is what the tag stands behind.
    const isMark = (token: string, i: number) =>
      i < tokens.length - 1 && (token === leftOut || token === "…");
    if (open === null || tokens.some(isMark)) {
      open = { words: [], labels: [] };
      segments.push(open);
    }
    for (const token of tokens.filter((token, i) => !isMark(token, i))) {
      open.words.push(token);
      open.labels.push(tag.toUpperCase() === "O" ? null : tag);
    }
  }
  return segments;
}
