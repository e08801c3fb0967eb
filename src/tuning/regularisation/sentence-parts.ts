import type { Entity, Example, Words } from "../../core/document.js";

/**
 * The two halves of an example, cut between two words as near to the middle as no mention is cut. Null where there is
 * no such place. Words keep their place in the text of the whole.
 */
export function halves<E extends Example>(example: E): readonly [E, E] | null {
  const count = example.doc.words.length;
  const boundary = middleBoundary(count, example.gold);
  if (boundary === null) return null;
  return [partOf(example, { start: 0, end: boundary }), partOf(example, { start: boundary, end: count })];
}

function middleBoundary(wordCount: number, gold: readonly Entity[]): number | null {
  const isInside = new Uint8Array(wordCount + 1);
  for (const { start, end } of gold.map(extent)) isInside.fill(1, start + 1, end);
  const middle = Math.floor(wordCount / 2);
  for (let distance = 0; distance < wordCount; distance++) {
    for (const boundary of [middle - distance, middle + distance]) {
      if (boundary > 0 && boundary < wordCount && isInside[boundary] === 0) return boundary;
    }
  }
  return null;
}

/** From the first to behind the last word of a mention, gaps included. */
function extent({ parts }: Entity): Words {
  return {
    start: Math.min(...parts.map(({ start }) => start)),
    end: Math.max(...parts.map(({ end }) => end)),
  };
}

function partOf<E extends Example>(example: E, { start, end }: Words): E {
  const gold = example.gold.filter((entity) => {
    const { start: first, end: last } = extent(entity);
    return first >= start && last <= end;
  });
  return {
    ...example,
    doc: { ...example.doc, words: example.doc.words.slice(start, end) },
    gold: gold.map((entity) => ({
      ...entity,
      parts: entity.parts.map((part) => ({ start: part.start - start, end: part.end - start })),
    })),
  };
}
