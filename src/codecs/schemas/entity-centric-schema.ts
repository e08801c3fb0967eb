import type { Entity, Words } from "../../core/document.js";
import { excerpt } from "../../core/errors.js";
import type { BackTokenize } from "../back-tokenize.js";
import type { LabelSet } from "../label-set.js";
import { isNoneAnswer, none, spacedWord, withoutNoneNote } from "./none.js";
import { readTagged, tagForm } from "./read-tagged.js";
import { type GeneratedSegment, restoreSegments, type SegmentRule } from "./restore-segments.js";
import { readBack } from "./round-trip.js";
import type { SchemaEntities, SchemaText, TargetSchema } from "./schema.js";
import { tokensOf } from "./source-tokens.js";

/**
 * The entities alone, in order, each with its label: `New York(city) Bonn(city)`; `none` where there is none. It can hold
 * nested entities (the outer one first). A sentence that says a name before it is an entity cannot be told from one
 * where the first is the entity: it is refused.
 */
export const entityCentricSchema: TargetSchema = { encode, decode, wordsOf: () => null };

function encode(words: readonly string[], entities: readonly Entity[]): SchemaText {
  const spaced = spacedWord(words);
  if (spaced !== null) return { refused: spaced };
  const mentions: (Words & { readonly label: string })[] = [];
  for (const { label, parts } of entities) {
    const [part, ...more] = parts;
    if (part === undefined || more.length > 0) {
      return { refused: `a ${excerpt(label)} of ${parts.length} parts: only contiguous mentions` };
    }
    if (part.start < 0 || part.end > words.length || part.end <= part.start) {
      return {
        refused: `${label} at words [${part.start}, ${part.end}) is outside the ${words.length} words`,
      };
    }
    mentions.push({ label, ...part });
  }
  mentions.sort((a, b) => a.start - b.start || b.end - a.end || (a.label < b.label ? -1 : 1));
  const items = mentions.map(({ label, start, end }) => `${words.slice(start, end).join(" ")}(${label})`);
  return readBack(entityCentricSchema, items.length === 0 ? none : items.join(" "), words, entities);
}

const rule: SegmentRule = { gap: 0, mayOverlap: true };

function decode(
  words: readonly string[],
  generation: string,
  labels: LabelSet,
  backTokenize: BackTokenize,
): SchemaEntities {
  const { items, notes } = readTagged(generation, tagForm(labels, [""], [], false), words);
  if (items.length === 0 && isNoneAnswer(generation)) return { entities: [], notes: withoutNoneNote(notes) };
  const segments = items.map(({ word, tag }): GeneratedSegment => {
    const tokens = tokensOf(word);
    return { words: tokens, labels: tokens.map(() => tag) };
  });
  const restored = restoreSegments(words, segments, rule, labels, backTokenize);
  return { entities: restored.entities, notes: [...notes, ...restored.notes] };
}
