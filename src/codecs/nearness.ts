import levenshtein from "fast-levenshtein";

/**
 * How many edits (insertions, deletions, substitutions of UTF-16 units) two words may be apart to count as near: a
 * third of the longer one's length, at most 3. Words of one or two characters are near to nothing but themselves.
 */
export function editBound(a: string, b: string): number {
  return Math.min(3, Math.floor(Math.max(a.length, b.length) / 3));
}

/** The edit distance of two words that are near (see `editBound`), null of two that are not. */
export function nearDistance(a: string, b: string): number | null {
  if (a === b) return 0;
  const bound = editBound(a, b);
  if (Math.abs(a.length - b.length) > bound) return null;
  const distance = levenshtein.get(a, b);
  return distance <= bound ? distance : null;
}
