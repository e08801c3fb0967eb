import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseWordLabels, writeWordLabels } from "../../src/codecs/word-label.js";

/** The reference pattern, as an oracle: correct, but quadratic on hostile text. */
function parseByPattern(text: string): [string, string][] {
  const items: [string, string][] = [];
  let before = 0;
  for (const match of text.matchAll(/\(B-[^\n]*?\)|\(I-[^\n]*?\)|\(O\)/g)) {
    const word = text.slice(before, match.index).trim();
    if (word !== "") items.push([word, match[0].slice(1, -1).trim()]);
    before = match.index + match[0].length;
  }
  return items;
}

const pairs = (text: string) => parseWordLabels(text).map(({ word, tag }) => [word, tag]);

describe("word(label)", () => {
  it("parses what it wrote", () => {
    const word = fc.string({
      unit: fc.constantFrom("a", "é", "漢", "😀", "-", ")", "'", ","),
      minLength: 1,
      maxLength: 6,
    });
    const tag = fc.constantFrom("O", "B-person", "I-person", "B-film genre", "I-x-y");
    fc.assert(
      fc.property(fc.array(fc.tuple(word, tag)), (items) => {
        const words = items.map(([text]) => text);
        const text = writeWordLabels(
          words,
          items.map(([, label]) => label),
        );
        expect(pairs(text)).toEqual(items);
        for (const { tag: label, tagStart, tagEnd } of parseWordLabels(text)) {
          expect(text.slice(tagStart, tagEnd)).toBe(`(${label})`);
        }
      }),
      { numRuns: 1000, seed: 7 },
    );
  });

  it("equals the reference pattern on any text", () => {
    const unit = fc.constantFrom(
      "(",
      ")",
      "O",
      "B-",
      "I-",
      "(O)",
      "(B-",
      "(I-",
      "a",
      " ",
      "\n",
      "(B-x)",
      "word",
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (text) => {
        expect(pairs(text)).toEqual(parseByPattern(text));
      }),
      { numRuns: 20_000, seed: 7 },
    );
  });

  it.each([
    [
      "a(O)b(B-x)",
      [
        ["a", "O"],
        ["b", "B-x"],
      ],
    ],
    [
      "((O) B-52(B-plane) )(O)",
      [
        ["(", "O"],
        ["B-52", "B-plane"],
        [")", "O"],
      ],
    ],
    ["a(O) rest", [["a", "O"]]],
    ["a(B-x", []],
    ["a(B-x\n) b(O)", [["a(B-x\n) b", "O"]]],
    ["(O) a(O)", [["a", "O"]]],
    [
      "\u0085a\u001c(O)\ufeffb(O)",
      [
        ["a", "O"],
        ["\ufeffb", "O"],
      ],
    ],
    ["", []],
  ])("reads %j", (text, items) => {
    expect(pairs(text)).toEqual(items);
  });

  it("is linear where the pattern is quadratic", () => {
    for (const unit of ["(B-", "(I-\n", "(", "(B-x", "a(O)", "(B-)"]) {
      const started = performance.now();
      parseWordLabels(unit.repeat(200_000));
      expect(performance.now() - started, unit).toBeLessThan(2000);
    }
  });
});
