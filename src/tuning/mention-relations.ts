import type { Words } from "../core/document.js";
import type { Mention } from "./corpora/reader.js";

/** How the mentions of one text stand to each other. */
export interface MentionRelations {
  /** Mentions whose words all belong to another one too; of two with the same words the later. */
  readonly nested: number;
  /** Mentions that share words with another one although neither holds the other. */
  readonly overlaps: number;
  /** Mentions with the label and the words of an earlier one; they are neither nested nor overlapping. */
  readonly repeats: readonly Mention[];
}

/** Compares each mention with those that reach to it, from left to right. */
export function mentionRelations(mentions: readonly Mention[]): MentionRelations {
  const repeats: Mention[] = [];
  const nested = new Set<Mention>();
  const overlapping = new Set<Mention>();
  let open: Mention[] = [];
  for (const mention of mentions.toSorted(byPlace)) {
    const start = first(mention);
    open = open.filter((other) => last(other) > start);
    if (open.some((other) => other.label === mention.label && samePlace(other, mention))) {
      repeats.push(mention);
      continue;
    }
    for (const other of open) {
      if (holds(other, mention)) nested.add(mention);
      else if (holds(mention, other)) nested.add(other);
      else if (shareWords(other, mention)) {
        overlapping.add(mention);
        overlapping.add(other);
      }
    }
    open.push(mention);
  }
  return { nested: nested.size, overlaps: overlapping.size, repeats };
}

function first({ parts }: Mention): number {
  return parts[0]?.start ?? 0;
}

function last({ parts }: Mention): number {
  return parts.at(-1)?.end ?? 0;
}

function byPlace(a: Mention, b: Mention): number {
  return first(a) - first(b) || last(b) - last(a);
}

function samePlace(a: Mention, b: Mention): boolean {
  return (
    a.parts.length === b.parts.length &&
    a.parts.every(({ start, end }, i) => start === b.parts[i]?.start && end === b.parts[i]?.end)
  );
}

/** Parts are joined where they touch, so a part inside several parts is inside one. */
function holds(outer: Mention, inner: Mention): boolean {
  return inner.parts.every((part) =>
    outer.parts.some(({ start, end }) => start <= part.start && part.end <= end),
  );
}

function shareWords(a: Mention, b: Mention): boolean {
  const meets = (one: Words, other: Words) => one.start < other.end && other.start < one.end;
  return a.parts.some((part) => b.parts.some((other) => meets(part, other)));
}
