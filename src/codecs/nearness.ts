import levenshtein from "fast-levenshtein";

/**
 * How many edits (insertions, deletions, substitutions of UTF-16 units) two words may be apart to count as near: a
 * third of the longer one's length, at most 3. Words of one or two characters are near to nothing but themselves.
 */
function editBound(a: string, b: string): number {
  return Math.min(3, Math.floor(Math.max(a.length, b.length) / 3));
}

/** Longer differences are not compared, so that long words take linear time. */
const longestDifference = 64;

/**
 * The edit distance of two words that are near (see `editBound`), null of two that are not. What differs, from the
 * first different unit to the last, must be at most 64 units long.
 */
export function nearDistance(a: string, b: string): number | null {
  if (a === b) return 0;
  const bound = editBound(a, b);
  if (Math.abs(a.length - b.length) > bound) return null;
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a.charCodeAt(start) === b.charCodeAt(start)) start++;
  let same = 0;
  while (same < shorter - start && a.charCodeAt(a.length - 1 - same) === b.charCodeAt(b.length - 1 - same)) {
    same++;
  }
  if (Math.max(a.length, b.length) - start - same > longestDifference) return null;
  const distance = levenshtein.get(a.slice(start, a.length - same), b.slice(start, b.length - same));
  return distance <= bound ? distance : null;
}
