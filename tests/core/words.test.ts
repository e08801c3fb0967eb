import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { documentOfWords, partChars, wordTexts } from "../../src/core/document.js";
import { InputError } from "../../src/core/errors.js";
import { splitSentences } from "../../src/core/sentences.js";
import { documentOfText, splitWords } from "../../src/core/words.js";

const cut = (text: string) => splitWords(text).map(({ start, end }) => text.slice(start, end));

describe("splitWords", () => {
  it.each([
    ["Guido van Rossum wrote Python.", ["Guido", "van", "Rossum", "wrote", "Python", "."]],
    ["Tolkien's book, don't", ["Tolkien", "'s", "book", ",", "don", "'t"]],
    ["Tolkien 's 'quoted'", ["Tolkien", "'s", "'", "quoted", "'"]],
    [
      "Dr. J. R. Hale (U.S.) paid $1,000.50",
      ["Dr.", "J.", "R.", "Hale", "(", "U.S.", ")", "paid", "$", "1,000.50"],
    ],
    ["state-of-the-art C++ and C# on .NET", ["state-of-the-art", "C++", "and", "C#", "on", ".NET"]],
    ["at 12:30, AT&T ... -- end", ["at", "12:30", ",", "AT&T", "...", "--", "end"]],
    [
      "https://example.org/a?b=1. Mail me@example.org!",
      ["https://example.org/a?b=1", ".", "Mail", "me@example.org", "!"],
    ],
    ["我爱Berlin很", ["我", "爱", "Berlin", "很"]],
    ["カタ がき", ["カ", "タ", "が", "き"]],
    ["👩‍👩‍👧 🇩🇪 e\u0301a", ["👩‍👩‍👧", "🇩🇪", "e\u0301a"]],
    ["می‌خواهم हिन्दी", ["می‌خواهم", "हिन्दी"]],
    ["x\u0000y\ud800z a\u200bb\ufeff", ["x", "y", "z", "a", "b"]],
    ["@ana likes #tea", ["@ana", "likes", "#tea"]],
    [" \t\n\u0000\u200b", []],
    ["", []],
  ])("cuts %j", (text, words) => {
    expect(cut(text)).toEqual(words);
  });

  it("gives sorted, disjoint, non-empty ranges and leaves out nothing but separators", () => {
    const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string());
    fc.assert(
      fc.property(anyText, (text) => {
        let position = 0;
        let left = "";
        for (const { start, end } of splitWords(text)) {
          expect(start).toBeGreaterThanOrEqual(position);
          expect(end).toBeGreaterThan(start);
          left += text.slice(position, start);
          position = end;
        }
        left += text.slice(position);
        expect(left).toMatch(/^[\s\p{Cc}\p{Cf}\p{Cs}]*$/u);
      }),
      { numRuns: 2000, seed: 7 },
    );
  });

  it("keeps a word of 50,000 characters whole", () => {
    expect(splitWords("a".repeat(50_000))).toEqual([{ start: 0, end: 50_000 }]);
  });

  it("does not blow up on repeats of any kind", () => {
    const units = [
      "(",
      "a-",
      "1,",
      "a.",
      "https://",
      "a@",
      "a\u00ad",
      "'",
      ".",
      "a.b@",
      "https://!",
      "-.",
      "a.+",
      "+",
      "é",
      "👩‍",
    ];
    for (const unit of units) {
      const text = unit.repeat(50_000);
      const started = performance.now();
      splitWords(text);
      // A quadratic scan of 50,000 repeats takes many seconds.
      expect(performance.now() - started, JSON.stringify(unit)).toBeLessThan(2000);
    }
  });
});

describe("documents", () => {
  it("join given words with single spaces", () => {
    const doc = documentOfWords("x", ["New", "York", ","]);
    expect(doc.text).toBe("New York ,");
    expect(wordTexts(doc)).toEqual(["New", "York", ","]);
    expect(partChars(doc, { start: 0, end: 2 })).toEqual({ start: 0, end: 8 });
  });

  it("refuse an empty word and ranges outside", () => {
    expect(() => documentOfWords("x", ["a", ""])).toThrow(InputError);
    const doc = documentOfWords("x", ["a"]);
    expect(() => partChars(doc, { start: 0, end: 2 })).toThrow(RangeError);
    expect(() => partChars(doc, { start: 0, end: 0 })).toThrow(RangeError);
  });
});

describe("splitSentences", () => {
  const sentences = (text: string) => {
    const doc = documentOfText("x", text);
    return splitSentences(doc).map((part) => {
      const { start, end } = partChars(doc, part);
      return text.slice(start, end);
    });
  };

  it("cuts at sentence ends, not at abbreviations or initials", () => {
    expect(sentences("Dr. Hale met J. R. Ewing. They left! Why?")).toEqual([
      "Dr. Hale met J. R. Ewing.",
      "They left!",
      "Why?",
    ]);
    expect(sentences("他来了。她走了。")).toEqual(["他来了。", "她走了。"]);
    expect(sentences("no end")).toEqual(["no end"]);
    expect(sentences("  ")).toEqual([]);
  });

  it("covers every word exactly once", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom("a", "B", ".", "!", " ", "\n", "。", "Dr. ", "'s"),
          maxLength: 60,
        }),
        (text) => {
          const doc = documentOfText("x", text);
          let next = 0;
          for (const { start, end } of splitSentences(doc)) {
            expect(start).toBe(next);
            expect(end).toBeGreaterThan(start);
            next = end;
          }
          expect(next).toBe(doc.words.length);
        },
      ),
      { numRuns: 1000, seed: 7 },
    );
  });
});
