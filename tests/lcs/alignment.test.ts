import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AlgorithmName, alignWords, longestCommonSubsequence } from "../../src/lcs/alignment.js";
import { lcsLength, matched } from "./support.js";

const named: readonly AlgorithmName[] = ["quadratic", "hunt-szymanski", "bit-parallel"];
const words = (text: string) => (text === "" ? [] : text.split(" "));
const align = (source: string, generated: string) => {
  const { matches, condition } = alignWords(words(source), words(generated));
  return { matches: [...matches], condition };
};

describe("the hierarchy of conditions", () => {
  it("equal words match one to one", () => {
    expect(align("she moved to Oslo", "she moved to Oslo")).toEqual({
      matches: [0, 1, 2, 3],
      condition: "equal",
    });
    expect(align("", "")).toEqual({ matches: [], condition: "equal" });
  });

  it("left-out words make a subsequence, which takes the first places it can", () => {
    expect(align("to be or not to be", "to not be")).toEqual({
      matches: [0, -1, -1, 1, -1, 2],
      condition: "subsequence",
    });
    expect(align("a b a b", "a b")).toEqual({ matches: [0, 1, -1, -1], condition: "subsequence" });
  });

  it("no generated word is a subsequence", () => {
    expect(align("a b", "")).toEqual({ matches: [-1, -1], condition: "subsequence" });
  });

  it("anything else is a longest common subsequence", () => {
    expect(align("she moved to Oslo", "she went to Oslo .")).toEqual({
      matches: [0, -1, 2, 3],
      condition: "lcs",
    });
    expect(align("", "a")).toEqual({ matches: [], condition: "lcs" });
    expect(align("a b", "c")).toEqual({ matches: [-1, -1], condition: "lcs" });
  });

  it("the longest common subsequence prefers early generated words, then late source words", () => {
    expect(align("a b a", "a a b b")).toEqual({ matches: [0, -1, 1], condition: "lcs" });
    expect(align("the the cat", "the dog")).toEqual({ matches: [-1, 0, -1], condition: "lcs" });
  });

  it("says which algorithm it used", () => {
    const source = words("a b c");
    expect(alignWords(source, source).algorithm).toBe("none");
    for (const name of named) expect(alignWords(source, words("a x c"), name).algorithm).toBe(name);
    expect(alignWords(source, words("a x c")).algorithm).toBe("myers");
    const different = Array.from({ length: 300 }, (_, i) => `w${i}`);
    expect(alignWords(different, different.toReversed()).algorithm).toBe("bit-parallel");
  });
});

describe("properties", () => {
  const someWords = fc.array(fc.constantFrom("a", "b", "c", "the", "The", "U.S.", ""), { maxLength: 30 });

  it("matched words are equal, in order, and as many as can be", () => {
    fc.assert(
      fc.property(someWords, someWords, (source, generated) => {
        const { matches, condition } = alignWords(source, generated);
        expect(matches.length).toBe(source.length);
        let last = -1;
        for (const [row, column] of matches.entries()) {
          if (column === -1) continue;
          expect(column).toBeGreaterThan(last);
          expect(generated[column]).toBe(source[row]);
          last = column;
        }
        expect(matched(matches)).toBe(lcsLength(source, generated));
        if (condition !== "lcs") expect(matched(matches)).toBe(generated.length);
      }),
    );
  });

  it("a call leaves earlier results alone", () => {
    const first = alignWords(words("a b c"), words("a x c")).matches;
    const copy = [...first];
    alignWords(words("q r s t"), words("s t q r"));
    expect([...first]).toEqual(copy);
  });
});

describe("words are any strings", () => {
  const odd = [
    "__proto__",
    "",
    "constructor",
    "toString",
    "hasOwnProperty",
    "0",
    "-1",
    "\u0000",
    "é",
    "e\u0301",
  ];

  it("names that objects know, the empty word, numbers", () => {
    const generated = ["x", ...odd.filter((_, i) => i % 2 === 0), "y"];
    const expected = odd.map((_, i) => (i % 2 === 0 ? 1 + i / 2 : -1));
    for (const name of [...named, "automatic"] as const) {
      expect([...longestCommonSubsequence(odd, generated, name)], name).toEqual(expected);
    }
  });

  it("lone surrogates and long words", () => {
    const source = ["\ud800", "\udc00", "😀", "a".repeat(10_000)];
    const generated = ["\udc00", "b", "😀", `${"a".repeat(9_999)}b`, "a".repeat(10_000)];
    for (const name of named) {
      expect([...longestCommonSubsequence(source, generated, name)], name).toEqual([-1, 0, 2, 4]);
    }
  });

  it("thousands of words that differ where a quick hash does not look", () => {
    const source = Array.from({ length: 2_000 }, (_, i) => `x${String(i).padStart(5, "0")}middle......x`);
    const generated = source.filter((_, i) => i % 3 !== 0).concat("end");
    const expected = source.map((_, i) => (i % 3 === 0 ? -1 : i - Math.floor(i / 3) - 1));
    for (const name of named) {
      expect([...longestCommonSubsequence(source, generated, name)], name).toEqual(expected);
    }
  });
});
