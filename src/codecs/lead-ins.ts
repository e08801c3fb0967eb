import type { TaggedWord } from "./word-label.js";

/** Items whose words hold none of what the model wrote before them, and what that was, where it holds words. */
export interface WithoutLeadIns {
  readonly items: readonly TaggedWord[];
  readonly passedOver: readonly string[];
}

/** An item is taken to be at most so many words of the source. */
const mostWords = 12;

/**
 * An item's "word" with spaces in it is what models write that were never tuned: bullets, numbers and preambles before
 * a word (`1. Ada(B-person)`, `Answer: Ada(B-person)`), or one tag behind several words (`New York(B-city)`). What
 * stands at its end as it stands in the source is kept, what is before that is passed over; where nothing at its end is
 * in the source, the item stays as it is. `sourceWords` gives the source in lower case; it is asked for only if needed.
 */
export function withoutLeadIns(
  items: readonly TaggedWord[],
  sourceWords: () => readonly string[],
): WithoutLeadIns {
  if (!items.some(hasSpace)) return { items, passedOver: [] };
  const source = sourceWords();
  const places = placesOf(source);
  const passedOver: string[] = [];
  const kept = items.map((item) => {
    if (!hasSpace(item)) return item;
    // A source word may hold a space of its own.
    if (places.has(item.word.toLowerCase())) return item;
    const words = item.word.split(/\s+/);
    const count = longestEnding(words, source, places);
    if (count === 0 || count === words.length) return item;
    const before = words.slice(0, -count).join(" ");
    if (/\p{L}/u.test(before)) passedOver.push(before);
    return { ...item, word: words.slice(-count).join(" ") };
  });
  return { items: kept, passedOver };
}

function hasSpace({ word }: TaggedWord): boolean {
  return /\s/.test(word);
}

/** How many of the last words stand together in the source, in this order. */
function longestEnding(
  words: readonly string[],
  source: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
): number {
  const ending = words.slice(-mostWords).map((word) => word.toLowerCase());
  let longest = 0;
  for (const place of places.get(ending.at(-1) ?? "") ?? []) {
    let count = 1;
    while (count < ending.length && place >= count && source[place - count] === ending.at(-1 - count))
      count++;
    longest = Math.max(longest, count);
  }
  return longest;
}

/** A word that stands at more places is no landmark, and looking at all of them for each item would be quadratic. */
const mostPlaces = 64;

function placesOf(source: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [i, word] of source.entries()) {
    const found = places.get(word);
    if (found === undefined) places.set(word, [i]);
    else if (found.length < mostPlaces) found.push(i);
  }
  return places;
}
