import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readGeneration } from "../../src/codecs/read-generation.js";
import { parseWordLabels, writeWordLabels } from "../../src/codecs/word-label.js";

const labels = ["person", "city", "film (movie)", "line\nbreak"];
const pairs = (text: string) => readGeneration(text, labels).items.map(({ word, tag }) => [word, tag]);
const kinds = (text: string) => readGeneration(text, labels).notes.map(({ kind }) => kind);
/** What the paper's pattern makes of it. */
const reference = (text: string) => parseWordLabels(text).map(({ word, tag }) => [word, tag]);

describe("readGeneration", () => {
  it("equals the strict parser on well-formed text", () => {
    const word = fc.string({
      unit: fc.constantFrom("a", "é", "漢", "-", ")", "'", "B-"),
      minLength: 1,
      maxLength: 6,
    });
    const tag = fc.constantFrom("O", "B-person", "I-city", "B-other thing");
    fc.assert(
      fc.property(fc.array(fc.tuple(word, tag)), (items) => {
        const text = writeWordLabels(
          items.map(([value]) => value),
          items.map(([, value]) => value),
        );
        expect(readGeneration(text, labels)).toEqual({ items: parseWordLabels(text), notes: [] });
      }),
      { numRuns: 2000, seed: 7 },
    );
  });

  it.each([
    [
      "a word (O)",
      "the(O) (O)(O) end(O)",
      [
        ["the", "O"],
        ["(O)", "O"],
        ["end", "O"],
      ],
    ],
    [
      "a word that looks like a tag",
      "the(O) (B-52)(B-plane) flew(O)",
      [
        ["the", "O"],
        ["(B-52)", "B-plane"],
        ["flew", "O"],
      ],
    ],
    [
      "brackets in a label",
      "Alien(B-film (movie)) ran(O)",
      [
        ["Alien", "B-film (movie)"],
        ["ran", "O"],
      ],
    ],
    [
      "a line break in a label",
      "a(B-line\nbreak) b(O)",
      [
        ["a", "B-line\nbreak"],
        ["b", "O"],
      ],
    ],
    [
      "full-width brackets",
      "北京（B-city） 很（O）",
      [
        ["北京", "B-city"],
        ["很", "O"],
      ],
    ],
    [
      "lower-case tags",
      "Rome(b-city) is(o)",
      [
        ["Rome", "B-city"],
        ["is", "O"],
      ],
    ],
    [
      "spaces inside a tag",
      "Rome( B-city ) is( O )",
      [
        ["Rome", "B-city"],
        ["is", "O"],
      ],
    ],
    ["an echoed prompt", "<s> [INST] Tag: O (Outside) [/INST] Rome(B-city)", [["Rome", "B-city"]]],
    [
      "the mark in the sentence",
      "[INST] Sentence: a [/INST] b [/INST] a(O) [/INST](O) b(O)",
      [
        ["a", "O"],
        ["[/INST]", "O"],
        ["b", "O"],
      ],
    ],
    [
      "the mark as first word",
      "[INST] Sentence: [/INST] b [/INST] [/INST](O) b(O)",
      [
        ["[/INST]", "O"],
        ["b", "O"],
      ],
    ],
  ])("gets right what the paper's pattern gets wrong: %s", (_, text, items) => {
    expect(pairs(text)).toEqual(items);
    expect(reference(text)).not.toEqual(items);
    expect(kinds(text)).toEqual([]);
  });

  it.each([
    [
      "no spaces between items",
      "Rome(B-city)is(O)big(O)",
      [
        ["Rome", "B-city"],
        ["is", "O"],
        ["big", "O"],
      ],
    ],
    [
      "a doubled tag",
      "Rome(B-city)(B-city) is(O)",
      [
        ["Rome", "B-city"],
        ["is", "O"],
      ],
    ],
    [
      "brackets as words",
      "((O) Rome(B-city) )(O)",
      [
        ["(", "O"],
        ["Rome", "B-city"],
        [")", "O"],
      ],
    ],
    ["a bracketed word that is no tag", "see (note)(O)", [["see (note)", "O"]]],
  ])("keeps %s", (_, text, items) => {
    expect(pairs(text)).toEqual(items);
  });

  it("does not take a tag cut by a line break for a whole one behind an echoed prompt", () => {
    expect(pairs("[INST] x [/INST] a(B-city\n) b(I-city)")).toEqual([["a(B-city\n) b", "I-city"]]);
  });

  it("reads labels with brackets in any case, corner brackets, and mixed full-width ones", () => {
    expect(pairs("Alien(B-Film (Movie)) ran(O)")).toEqual([
      ["Alien", "B-Film (Movie)"],
      ["ran", "O"],
    ]);
    expect(pairs("Alien( B-film (movie) ) ran(O)")).toEqual([
      ["Alien", "B-film (movie)"],
      ["ran", "O"],
    ]);
    expect(pairs("北京【B-city】 很【O】 大（B-city) 的（O）")).toEqual([
      ["北京", "B-city"],
      ["很", "O"],
      ["大", "B-city"],
      ["的", "O"],
    ]);
  });

  it("notes tags without a word", () => {
    expect(kinds("Rome(B-city)(B-person) is(O)")).toEqual(["dropped-tags"]);
    expect(kinds("(B-city) Rome(O)")).toEqual(["dropped-tags"]);
  });

  it.each(["a(O) Rome(B-ci", "a(O) Rome(", "a(O) Rome(B", "a(O) Rome(O"])(
    "notes an unfinished tag: %s",
    (text) => {
      expect(pairs(text)).toEqual([
        ["a", "O"],
        ["Rome", "O"],
      ]);
      expect(kinds(text)).toEqual(["unfinished-item"]);
    },
  );

  it("notes text behind the last tag", () => {
    expect(pairs("a(O) and that is all.")).toEqual([["a", "O"]]);
    expect(kinds("a(O) and that is all.")).toEqual(["trailing-text"]);
    expect(kinds("I cannot do that.")).toEqual(["trailing-text"]);
  });

  it("never throws and stays linear on hostile text", () => {
    const units = [
      "(B-",
      "(B-\n",
      "(I-\n)",
      "(",
      "（",
      "( ",
      "(B-x",
      "a(O)",
      "(O)",
      "(B-film (movie",
      "[/INST]",
      "[INST] [/INST] ",
      "(B-)",
      " ",
    ];
    for (const unit of units) {
      for (const tail of ["", ")", "(O)"]) {
        const started = performance.now();
        readGeneration(unit.repeat(100_000) + tail, labels);
        // A quadratic scan takes minutes here.
        expect(performance.now() - started, JSON.stringify([unit, tail])).toBeLessThan(4000);
      }
    }
    const unit = fc.constantFrom(
      "(",
      ")",
      "O",
      "B-",
      "I-",
      "(O)",
      "(B-",
      "city",
      " ",
      "\n",
      "（",
      "）",
      "[INST]",
      "[/INST]",
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        for (const { word, tag, tagStart, tagEnd } of readGeneration(text, labels).items) {
          expect(word).not.toBe("");
          expect(tag === "O" || /^[BI]-/.test(tag)).toBe(true);
          expect(tagStart).toBeLessThan(tagEnd);
          expect(tagEnd).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 20_000, seed: 7 },
    );
  });
});
