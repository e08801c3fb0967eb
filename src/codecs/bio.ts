import type { Entity } from "../core/document.js";
import { flatEntity } from "../core/document.js";
import { excerpt, InputError } from "../core/errors.js";

/** A tag per word: `O`, or `B-`/`I-` and a label (the BIO schema of the paper's section 3.1). */
export type BioTag = string;

/** The label of a `B-` or `I-` tag, null for `O`. Throws InputError for anything else. */
export function labelOfTag(tag: BioTag): string | null {
  if (tag === "O") return null;
  if ((tag.startsWith("B-") || tag.startsWith("I-")) && tag.length > 2) return tag.slice(2);
  throw new InputError(`${excerpt(tag)} is no BIO tag: expected O, B-label or I-label`);
}

/**
 * Tags for flat, contiguous entities. Throws InputError for what BIO cannot hold: mentions that overlap or nest,
 * discontinuous mentions, mentions outside the words.
 */
export function encodeBio(wordCount: number, entities: readonly Entity[]): BioTag[] {
  const tags: BioTag[] = new Array(wordCount).fill("O");
  for (const { label, parts } of entities) {
    const [part, ...more] = parts;
    if (part === undefined || more.length > 0) {
      throw new InputError(`BIO cannot hold a ${label} of ${parts.length} parts: only contiguous mentions`);
    }
    if (part.start < 0 || part.end > wordCount || part.end <= part.start) {
      throw new InputError(
        `${label} at words [${part.start}, ${part.end}) is outside the ${wordCount} words`,
      );
    }
    for (let i = part.start; i < part.end; i++) {
      if (tags[i] !== "O") {
        throw new InputError(`BIO cannot hold overlapping mentions: word ${i} is ${tags[i]} and ${label}`);
      }
      tags[i] = i === part.start ? `B-${label}` : `I-${label}`;
    }
  }
  return tags;
}

/** Tags as `encodeBio` gives them; null for entities that BIO cannot hold. */
export function tagsOrNull(wordCount: number, entities: readonly Entity[]): BioTag[] | null {
  try {
    return encodeBio(wordCount, entities);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/**
 * Entities of a tag sequence. An `I-` that continues nothing of its own label starts an entity, as CoNLL's scorer
 * reads it. Throws InputError for a tag outside the scheme.
 */
export function decodeBio(tags: readonly BioTag[]): Entity[] {
  const entities: Entity[] = [];
  let openLabel: string | null = null;
  let start = 0;
  for (let i = 0; i < tags.length; i++) {
    const tag = tags[i] ?? "O";
    if (tag === "O" && openLabel === null) continue;
    const label = labelOfTag(tag);
    if (tag.startsWith("I-") && label === openLabel) continue;
    if (openLabel !== null) entities.push(flatEntity(openLabel, start, i));
    openLabel = label;
    start = i;
  }
  if (openLabel !== null) entities.push(flatEntity(openLabel, start, tags.length));
  return entities;
}
