import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noBackTokenization } from "../../src/codecs/back-tokenize.js";
import { labelSet } from "../../src/codecs/label-set.js";
import { readGeneration } from "../../src/codecs/read-generation.js";
import { type RestoredTags, restoreTags, restoreTagsAsPaper } from "../../src/codecs/restore-tags.js";
import { parseWordLabels, type TaggedWord, writeWordLabels } from "../../src/codecs/word-label.js";
import { InputError } from "../../src/core/errors.js";

/** `GNER_FUZZ_SECONDS` sets the time, `GNER_FUZZ_SEED` replays a run from the seed that it printed. */
const seconds = Number(process.env.GNER_FUZZ_SECONDS ?? (process.env.CI ? 60 : 10));
const firstSeed = Number(process.env.GNER_FUZZ_SEED ?? Date.now() % 2 ** 31);
const longestCall = 1000;

const labels = ["person", "city", "political party", "film (movie)", "line\nbreak", "B-side", "année"];
const sentences = [
  "Marie baked two loaves in Utrecht before the ( old ) mill closed .",
  "Has anyone seen (O) or ( B-52 ) over New New York , New Jersey ?",
  "İstanbul'da ΟΔΥΣΣΕΥΣ met 北京 friends \ud83d\ude00 at l'été café - bar .",
  "the the the cat the the cat sat the the",
  "[INST] Sentence : well [/INST] said <s> !",
];
const hostile = [
  "(",
  ")",
  "(B-",
  "(I-",
  "(O)",
  "(O",
  "(B-film (movie))",
  "( b-City )",
  "（B-city）",
  "【B-city】",
  "[/INST]",
  "[INST]",
  "\n",
  "\ufeff",
  "\u0085",
  "\u2028",
  "\ud83d",
  "\ude00",
  "İ",
  "   ",
  "(B-)",
  "(I-politicl party)",
  "(B-__proto__)",
  "(B-constructor)",
  "\0",
];

const generation = fc
  .constantFrom(...sentences)
  .chain((sentence) => {
    const words = sentence.split(" ");
    const tag = fc.oneof(
      { weight: 3, arbitrary: fc.constant("O") },
      fc.tuple(fc.constantFrom("B-", "I-"), fc.constantFrom(...labels)).map((parts) => parts.join("")),
    );
    const tags = fc.array(tag, { minLength: words.length, maxLength: words.length });
    return tags.map((chosen) => ({ words, text: writeWordLabels(words, chosen) }));
  })
  .chain(({ words, text }) =>
    fc.array(mutation(), { maxLength: 8 }).map((mutations) => ({
      words,
      text: mutations.reduce((mutated, mutate) => mutate(mutated), text),
    })),
  );

/** A change at a place given as a fraction of the text: drops, doubles, inserts or swaps characters or items. */
function mutation(): fc.Arbitrary<(text: string) => string> {
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const length = fc.oneof(fc.constant(1), fc.nat({ max: 12 }));
  const characters = fc.tuple(fc.nat({ max: 2 }), place, length).map(([kind, at, size]) => {
    return (text: string) => {
      const start = Math.floor(at * text.length);
      const [before, cut, after] = [
        text.slice(0, start),
        text.slice(start, start + size),
        text.slice(start + size),
      ];
      if (kind === 0) return before + after;
      return kind === 1 ? before + cut + cut + after : before + [...cut].reverse().join("") + after;
    };
  });
  const items = fc.tuple(fc.nat({ max: 2 }), place, place).map(([kind, from, to]) => {
    return (text: string) => {
      const pieces = text.split(" ");
      const moved = pieces.splice(Math.floor(from * (pieces.length - 1)), 1);
      if (kind > 0) pieces.splice(Math.floor(to * pieces.length), 0, ...moved, ...(kind === 1 ? moved : []));
      return pieces.join(" ");
    };
  });
  const fragment = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: "binary", maxLength: 4 }));
  const insertions = fc.tuple(fragment, place, fc.constantFrom(1, 1, 1, 2, 300)).map(([piece, at, times]) => {
    return (text: string) => {
      const start = Math.floor(at * text.length);
      return text.slice(0, start) + piece.repeat(times) + text.slice(start);
    };
  });
  return fc.oneof(characters, items, insertions);
}

/** White space as Python strips it. */
const pythonStrip = (text: string) => {
  const space = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
  return text.replace(new RegExp(`^${space}+`), "").replace(new RegExp(`(?<!${space})${space}+$`), "");
};

/** The reference pattern as it is, as an oracle. */
function parseByPattern(text: string): Pick<TaggedWord, "word" | "tag">[] {
  const items: Pick<TaggedWord, "word" | "tag">[] = [];
  let before = 0;
  for (const match of text.matchAll(/\(B-[^\n]*?\)|\(I-[^\n]*?\)|\(O\)/g)) {
    const word = pythonStrip(text.slice(before, match.index));
    if (word !== "") items.push({ word, tag: pythonStrip(match[0].slice(1, -1)) });
    before = match.index + match[0].length;
  }
  return items;
}

function timed<Result>(work: () => Result): Result {
  const started = performance.now();
  const result = work();
  expect(performance.now() - started).toBeLessThan(longestCall);
  return result;
}

function checkRestored({ tags, items, condition, notes }: RestoredTags, words: readonly string[]): void {
  expect(tags).toHaveLength(words.length);
  expect(items).toHaveLength(words.length);
  for (const tag of tags) {
    expect(tag === "O" || (/^[BI]-/.test(tag) && labels.includes(tag.slice(2))), tag).toBe(true);
  }
  const kinds = notes.map(({ kind }) => kind);
  expect(kinds.includes("lost-words")).toBe(items.includes(null));
  if (condition === "equal") expect(kinds).not.toContain("added-words");
  for (const { message } of notes) expect(message.length).toBeLessThan(400);
}

function checkPlaces(items: readonly TaggedWord[], text: string): void {
  let end = 0;
  for (const { word, tagStart, tagEnd } of items) {
    expect(word).not.toBe("");
    expect(tagStart).toBeGreaterThanOrEqual(end);
    expect(tagEnd).toBeGreaterThan(tagStart);
    expect(tagEnd).toBeLessThanOrEqual(text.length);
    end = tagEnd;
  }
}

/** An `InputError` is an answer; anything else that is thrown is a bug. */
function unlessRefused(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
}

function check({ words, text }: { words: readonly string[]; text: string }): void {
  const parsed = timed(() => parseWordLabels(text));
  expect(parsed.map(({ word, tag }) => ({ word, tag }))).toEqual(parseByPattern(text));
  checkPlaces(parsed, text);
  checkPlaces(timed(() => readGeneration(text, labels)).items, text);
  unlessRefused(() =>
    checkRestored(
      timed(() => restoreTagsAsPaper(words, text, labels, noBackTokenization)),
      words,
    ),
  );
  unlessRefused(() => {
    const restored = timed(() => restoreTags(words, text, labelSet(labels), noBackTokenization));
    checkRestored(restored, words);
    for (const [i, tag] of restored.tags.entries()) {
      // No I- without its B-: the lenient path repairs them all.
      if (tag.startsWith("I-")) expect(restored.tags[i - 1]?.slice(2)).toBe(tag.slice(2));
    }
  });
}

describe("parsers and restored tags on mutated generations", () => {
  it(
    `hold their promises for ${seconds} s`,
    () => {
      console.info(`fuzzing from GNER_FUZZ_SEED=${firstSeed}`);
      const end = performance.now() + 1000 * seconds;
      let seed = firstSeed;
      do {
        // A failure names its own seed and path; the first seed replays the whole run.
        fc.assert(fc.property(generation, check), { seed, numRuns: 500 });
        seed = (seed + 1) % 2 ** 31;
      } while (performance.now() < end);
      expect(seed).not.toBe(firstSeed);
    },
    1000 * seconds + 60_000,
  );
});
