import { describe, expect, it } from "vitest";
import { type AlgorithmName, longestCommonSubsequence } from "../../src/lcs/alignment.js";
import { myers } from "../../src/lcs/myers.js";
import { bySpecification, edited, randomWords, sameNumbers, seededIntegers } from "./support.js";

const algorithms: readonly AlgorithmName[] = ["quadratic", "hunt-szymanski", "bit-parallel", "automatic"];

/** The first algorithm whose result is not the specification's, or "". */
function dissenter(source: readonly string[], generated: readonly string[]): string {
  const expected = bySpecification(source, generated);
  for (const name of algorithms) {
    if (!sameNumbers(longestCommonSubsequence(source, generated, name), expected)) return name;
  }
  const matches = new Int32Array(source.length).fill(-1);
  const allEdits = source.length + generated.length;
  if (!myers(source, generated, 0, allEdits, matches)) return "myers gave up";
  return sameNumbers(matches, expected) ? "" : "myers";
}

function expectAgreement(source: readonly string[], generated: readonly string[]): void {
  const name = dissenter(source, generated);
  if (name !== "") expect.fail(`${name}: ${JSON.stringify({ source, generated })}`);
}

describe("all algorithms and the specification, to the index", () => {
  it("on 1,000,000 short pairs with many repeats", () => {
    const below = seededIntegers(20_240_216);
    for (let pair = 0; pair < 1_000_000; pair++) {
      const letters = 1 + below(8);
      const longest = pair % 4 === 0 ? 41 : 13;
      const source = randomWords(below, below(longest), letters);
      const generated =
        pair % 2 === 0
          ? randomWords(below, below(longest), letters)
          : edited(below, source, 20, () => String.fromCharCode(97 + below(letters)));
      expectAgreement(source, generated);
    }
  });

  it("on 4,000 pairs of up to 200 words", () => {
    const below = seededIntegers(7);
    for (let pair = 0; pair < 4_000; pair++) {
      const letters = 2 + below(24);
      const source = randomWords(below, below(200), letters);
      const generated =
        pair % 2 === 0
          ? randomWords(below, below(200), letters)
          : edited(below, source, 1 + below(40), () => String.fromCharCode(97 + below(letters)));
      expectAgreement(source, generated);
    }
  });
});

describe("2,000 words a side", () => {
  const below = seededIntegers(2_000);
  const word = () => `w${below(600)}`;
  const text = Array.from({ length: 2_000 }, word);
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["all the same", new Array<string>(2_000).fill("a"), new Array<string>(2_000).fill("a")],
    ["the same word, more of it", new Array<string>(1_900).fill("a"), new Array<string>(2_000).fill("a")],
    ["nothing in common", text, text.map((w) => `${w}!`)],
    ["20 % edits", text, edited(below, text, 20, word)],
    ["two words only", randomWords(below, 2_000, 2), randomWords(below, 2_000, 2)],
    ["the one backwards", text, text.toReversed()],
  ];
  for (const [name, source, generated] of cases) {
    it(name, () => {
      const expected = longestCommonSubsequence(source, generated, "quadratic");
      for (const algorithm of algorithms) {
        const matches = longestCommonSubsequence(source, generated, algorithm);
        expect(sameNumbers(matches, expected), algorithm).toBe(true);
      }
    });
  }

  it("agrees with the specification on 20 % edits", () => {
    const generated = edited(below, text, 20, word);
    expect(longestCommonSubsequence(text, generated)).toEqual(bySpecification(text, generated));
  });
});

describe("texts so long that the bit-parallel rows are computed in segments", () => {
  it("6,000 words, against Hunt-Szymanski", () => {
    const below = seededIntegers(99);
    const word = () => `w${below(2_000)}`;
    const source = Array.from({ length: 6_000 }, word);
    const generated = edited(below, source, 30, word);
    const expected = longestCommonSubsequence(source, generated, "hunt-szymanski");
    expect(sameNumbers(longestCommonSubsequence(source, generated, "bit-parallel"), expected)).toBe(true);
  });

  it("short rows, many of them", () => {
    const below = seededIntegers(100);
    const source = randomWords(below, 150_000, 20);
    const generated = randomWords(below, 40, 20);
    const expected = longestCommonSubsequence(source, generated, "hunt-szymanski");
    expect(sameNumbers(longestCommonSubsequence(source, generated, "bit-parallel"), expected)).toBe(true);
  });
});
