import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/core/errors.js";
import { splitWords } from "../../src/core/words.js";
import { annotateSurfaces } from "../../src/tuning/corpora/occurrences.js";
import { annotateText } from "../../src/tuning/corpora/text-spans.js";
import { annotateWords } from "../../src/tuning/corpora/word-spans.js";

const place = { file: "a.jsonl", line: 4 };

function marked(text: string, ...ranges: [number, number][]) {
  const spans = ranges.map(([start, end]) => ({ label: "X", parts: [{ start, end }] }));
  return annotateText(place, text, spans, "code-points");
}

function wordsOf({
  text,
  words,
}: {
  text: string;
  words: readonly { start: number; end: number }[];
}): string[] {
  return words.map(({ start, end }) => text.slice(start, end));
}

describe("mentions by characters", () => {
  it("cut words at their ends, and nowhere else", () => {
    const annotated = marked("pre-war anti-tank guns", [4, 7], [8, 12]);
    expect(wordsOf(annotated)).toEqual(["pre-", "war", "anti", "-tank", "guns"]);
    expect(annotated.mentions.map(({ parts }) => parts)).toEqual([
      [{ start: 1, end: 2 }],
      [{ start: 2, end: 3 }],
    ]);
    expect(annotated.remarks).toBeUndefined();
  });

  it("are exactly their words, for any spans of any text", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 });
    const cut = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(text, fc.array(cut, { maxLength: 5 }), (content, cuts) => {
        const characters = [...content];
        const ranges = cuts
          .map(([a, b]) => [a, b].map((at) => Math.floor(at * characters.length)).sort((x, y) => x - y))
          .map(([start = 0, end = 0]): [number, number] => [start, end])
          // White space and control characters belong to no word.
          .filter(([start, end]) => {
            const slice = characters.slice(start, end).join("");
            return slice !== "" && !/^[\s\p{C}]|[\s\p{C}]$/u.test(slice) && !/^\p{M}|\p{M}/u.test(slice);
          });
        const annotated = marked(content, ...ranges);
        for (const [i, [start, end]] of ranges.entries()) {
          const part = annotated.mentions[i]?.parts[0] ?? { start: 0, end: 0 };
          const from = annotated.words[part.start]?.start ?? -1;
          const to = annotated.words[part.end - 1]?.end ?? -1;
          expect(content.slice(from, to)).toBe(characters.slice(start, end).join(""));
        }
        // Cutting words loses and moves no character of any.
        const covered = (words: readonly { start: number; end: number }[]) =>
          words.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i));
        expect(covered(annotated.words)).toEqual(covered(splitWords(content)));
      }),
    );
  });

  it("leave out white space at their ends with a remark", () => {
    const annotated = marked("in Bonn , so", [2, 8]);
    expect(annotated.mentions[0]?.parts).toEqual([{ start: 1, end: 2 }]);
    expect(annotated.remarks).toEqual([
      { line: 4, message: 'white space at the ends of " Bonn " is left out' },
    ]);
  });

  it("say where the text is not what the file repeats", () => {
    const spans = [{ label: "X", parts: [{ start: 0, end: 3 }], surface: "Ida" }];
    expect(annotateText(place, "Ada", spans, "utf16").remarks).toEqual([
      { line: 4, message: 'the "X" "Ida" is "Ada" in the text' },
    ]);
  });

  it.each([
    ["outside of the text", [0, 9], /:4: the "X" at 0-9 is outside the text of 5 characters/],
    ["empty", [1, 1], /is empty/],
    ["of white space alone", [2, 3], /holds no word/],
    ["before the text", [-1, 2], /is outside/],
  ] as const)("are refused where they are %s", (_, [start, end], message) => {
    expect(() => marked("so 🎉", [start, end])).toThrow(FormatError);
    expect(() => marked("so 🎉", [start, end])).toThrow(message);
  });

  it("are refused inside a character", () => {
    const spans = [{ label: "X", parts: [{ start: 4, end: 5 }] }];
    expect(() => annotateText(place, "so 🎉", spans, "utf16")).toThrow(/inside a character/);
  });

  it("keep fragments apart that words part, and only those", () => {
    const parts = [
      { start: 9, end: 13 },
      { start: 0, end: 4 },
      { start: 14, end: 18 },
    ];
    const annotated = annotateText(place, "left and bank side", [{ label: "X", parts }], "code-points");
    expect(annotated.mentions[0]?.parts).toEqual([
      { start: 0, end: 1 },
      { start: 2, end: 4 },
    ]);
  });
});

describe("mentions by their text", () => {
  const found = (text: string, ...surfaces: string[]) => {
    const annotated = annotateSurfaces(
      place,
      text,
      surfaces.map((surface) => ({ label: "X", surface })),
    );
    const texts = annotated.mentions.map(({ parts: [part] }) => {
      return `${annotated.words[part?.start ?? 0]?.start}-${annotated.words[(part?.end ?? 1) - 1]?.end}`;
    });
    return { texts, remarks: annotated.remarks?.map(({ message }) => message) ?? [] };
  };

  it("stand wherever their text stands as whole words", () => {
    expect(found("art of Art, art; smart", "art")).toEqual({ texts: ["0-3", "12-15"], remarks: [] });
    expect(found("Bonn and Bonn", "Bonn", "Bonn").texts).toEqual(["0-4", "9-13"]);
  });

  it("are remarked where they stand in no place of their own", () => {
    expect(found("so smart", "art")).toEqual({
      texts: ["5-8"],
      remarks: ['the "X" "art" stands only inside longer words'],
    });
    expect(found("so smart", "dull")).toEqual({
      texts: [],
      remarks: ['the "X" "dull" does not stand in the text: left out'],
    });
  });
});

describe("mentions by words", () => {
  it("count the words that are kept", () => {
    const mentions = [{ label: "X", parts: [{ start: 1, end: 4 }] }];
    const annotated = annotateWords(place, ["", "in", "\u00a0", " Bonn"], mentions);
    expect(annotated).toMatchObject({
      text: "in Bonn",
      mentions: [{ label: "X", parts: [{ start: 0, end: 2 }] }],
    });
    expect(annotated.remarks?.map(({ message }) => message)).toEqual([
      "word 0 is empty: left out",
      "word 2 is empty: left out",
    ]);
  });

  it("are refused outside of the words and on empty ones", () => {
    const at = (start: number, end: number) => [{ label: "X", parts: [{ start, end }] }];
    expect(() => annotateWords(place, ["so"], at(0, 2))).toThrow(/:4: .*outside the 1 words/);
    expect(() => annotateWords(place, ["so", " "], at(1, 2))).toThrow(/holds only empty words/);
    expect(() => annotateWords(place, [" "], [])).toThrow(/holds no word/);
  });
});
