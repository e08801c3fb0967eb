import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { excerptAround } from "../../../src/tuning/inspect/excerpts.js";
import type { Inspection, SuspicionKind } from "../../../src/tuning/inspect/inspection.js";
import { KeyTable } from "../../../src/tuning/inspect/key-table.js";
import { edgeFault } from "../../../src/tuning/inspect/mention-edges.js";
import { keptSuspicions } from "../../../src/tuning/inspect/suspicions.js";
import { joinedKey, textKey } from "../../../src/tuning/inspect/text-keys.js";
import { inspectCorpus } from "../../../src/tuning/inspect.js";
import { bioTsv, testFile } from "../support.js";

/** Inspects sentences of `word/tag` words. */
async function inspectTagged(sentences: readonly string[]): Promise<Inspection> {
  const lines = sentences.map((sentence) => {
    const words = sentence.split(" ").map((word) => word.split("/"));
    return words.map(([text, tag = "O"]) => `${text}\t${tag}\n`).join("");
  });
  return inspectCorpus(await testFile("a.tsv", lines.join("\n")), bioTsv);
}

/** What is marked of each suspicion of a kind, and why. */
function found({ suspicious }: Inspection, kind: SuspicionKind) {
  return suspicious
    .filter((row) => row.kind === kind)
    .map(({ line, reason, excerpt = "", marked }) => {
      return { line, reason, marked: marked && excerpt.slice(marked.start, marked.end) };
    });
}

describe("suspicions of a comparison", () => {
  it("finds words that are mentions elsewhere, the longest surface first", async () => {
    const inspection = await inspectTagged([
      ...Array<string>(4).fill("in/O New/B-LOC Bonn/I-LOC today/O"),
      ...Array<string>(4).fill("Bonn/B-LOC today/O"),
      "we/O saw/O New/O Bonn/O",
      // Inside another mention it is annotated, if with other words.
      "the/O Bonn/B-ORG Times/I-ORG",
    ]);
    expect(found(inspection, "missed-mention")).toEqual([
      {
        line: 33,
        reason: '"New Bonn" is no mention here, though it is elsewhere: 4 times, mostly "LOC"',
        marked: "New Bonn",
      },
    ]);
  });

  it("takes no word for missed that is often no mention", async () => {
    const may = (annotated: number, plain: number) =>
      inspectTagged([
        ...Array<string>(plain).fill("we/O May/O go/O"),
        ...Array<string>(annotated).fill("in/O May/B-DATE"),
      ]);
    expect(found(await may(3, 1), "missed-mention")).toHaveLength(1);
    expect(found(await may(3, 2), "missed-mention")).toEqual([]);
    expect(found(await may(2, 1), "missed-mention")).toEqual([]);
    const [row] = found(await may(6, 2), "missed-mention");
    expect(row).toMatchObject({ line: 1, reason: expect.stringContaining("here and in 1 more places") });
  });

  it("finds the same words with different labels, the strongest contrast first", async () => {
    const inspection = await inspectTagged([
      "Essex/B-ORG won/O",
      "Essex/B-ORG lost/O",
      "in/O Essex/B-LOC",
      ...Array<string>(5).fill("in/O Bonn/B-LOC"),
      "Bonn/B-ORG said/O",
      "Bonn/B-ORG Times/I-ORG",
    ]);
    expect(found(inspection, "label-conflict")).toEqual([
      { line: 25, reason: '"Bonn" is "ORG" once, "LOC" 5 times', marked: "Bonn" },
      { line: 8, reason: '"Essex" is "LOC" once, "ORG" 2 times', marked: "Essex" },
    ]);
  });

  it("takes two labels at one place for no contradiction", async () => {
    const row = (ner: [number, number, string][]) => JSON.stringify({ tokenized_text: ["Bonn", "won"], ner });
    const both = row([
      [0, 0, "city"],
      [0, 0, "team"],
    ]);
    const file = await testFile("a.json", `[${both},${both},${row([[0, 0, "city"]])}]`);
    const inspection = await inspectCorpus(file, { kind: "gliner" });
    expect(inspection).toMatchObject({ entities: 5, nested: 2 });
    expect(found(inspection, "label-conflict")).toEqual([]);
  });

  it("finds very long sentences beside the usual ones", async () => {
    const long = (words: number) => Array<string>(words).fill("rain/O").join(" ");
    const inspection = await inspectTagged([...Array<string>(20).fill(long(5)), long(100), long(101)]);
    expect(found(inspection, "long-sentence")).toEqual([
      { line: 222, reason: "it has 101 words, 90 of 100 have at most 5", marked: undefined },
    ]);
    const usual = await inspectTagged([...Array<string>(20).fill(long(90)), long(250)]);
    expect(found(usual, "long-sentence")).toEqual([]);
  });

  it("finds the same text with other entities, in whatever order", async () => {
    const inspection = await inspectTagged(["in/O Bonn/B-LOC", "in/O Bonn/B-LOC", "in/O Bonn/O"]);
    expect(inspection.duplicates.sentences).toBe(2);
    expect(found(inspection, "conflicting-duplicate")).toEqual([
      { line: 7, reason: "the text of line 1 again, with other entities", marked: undefined },
    ]);
  });

  it("keeps so many of a kind, and counts all", async () => {
    const inspection = await inspectTagged(
      Array.from({ length: keptSuspicions + 7 }, (_, i) => `number${i}/O ,/B-X`),
    );
    expect(inspection.suspiciousCounts).toEqual({ "punctuation-edge": keptSuspicions + 7 });
    expect(inspection.suspicious).toHaveLength(keptSuspicions);
    expect(inspection.suspicious[0]).toEqual({
      kind: "punctuation-edge",
      line: 2,
      example: 0,
      reason: 'a mention of "X" starts with ,',
      excerpt: "number0 ,",
      marked: { start: 8, end: 9 },
    });
  });
});

describe("edgeFault", () => {
  it.each([
    ["Bonn ,", "ends with ,"],
    [", Bonn", "starts with ,"],
    ["Bonn,", "ends with ,"],
    ["the end .", "ends with ."],
    ["( Bonn", "starts with ("],
    ["Bonn )", "ends with )"],
    ['" Bonn', 'starts with "'],
    ["“ Bonn", "starts with “"],
    ["-", "starts with -"],
    ["波恩 、", "ends with 、"],
  ])("finds a fault in %j", (text, fault) => {
    expect(edgeFault(text, text.split(" "))).toBe(fault);
  });

  it.each([
    "Bonn",
    "Lane Inc.",
    "(S)-ketamine",
    "GABA ( A )",
    '" Bonn "',
    "« Bonn »",
    "#bonn",
    "@ada",
    "5 %",
    "the students’",
    "$ 5",
    "-5",
    "",
  ])("finds none in %j", (text) => {
    expect(edgeFault(text, text.split(" "))).toBeNull();
  });

  it("takes the dash before a digit for its sign", () => {
    expect(edgeFault("-5 degrees", ["-", "5", "degrees"])).toBeNull();
    expect(edgeFault("- 5 degrees", ["-", "5", "degrees"])).toBe("starts with -");
  });
});

describe("excerptAround", () => {
  it("marks what was asked for, and cuts no character in half", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 300 });
    fc.assert(
      fc.property(text, fc.nat(), fc.integer({ min: 1, max: 200 }), (whole, from, length) => {
        fc.pre(whole.length > 0);
        const start = from % whole.length;
        const end = Math.min(whole.length, start + length);
        fc.pre(whole.slice(0, start).isWellFormed() && whole.slice(start, end).isWellFormed());
        const { excerpt = "", marked = { start: 0, end: 0 } } = excerptAround(whole, { start, end });
        const inside = excerpt.slice(marked.start, marked.end);
        expect(inside).toBe(whole.slice(start, start + inside.length));
        expect(inside.length).toBeGreaterThan(0);
        expect(excerpt.isWellFormed()).toBe(true);
        expect(excerpt.length).toBeLessThanOrEqual(150);
        expect(whole).toContain(excerpt.replace(/^…/, "").replace(/…$/, ""));
      }),
    );
  });
});

describe("keys", () => {
  it("are equal for equal words, wherever they stand, and tell others apart", () => {
    const words = ["Bonn", "bonn", "nnoB", "Bon", "n", "B", "", "漢", "🎉", "a", "aa", "aaa"];
    const keys = words.map((word) => textKey(`x ${word} y`, 2, 2 + word.length));
    expect(keys).toEqual(words.map((word) => textKey(word, 0, word.length)));
    const joined = keys.flatMap((a) => keys.map((b) => joinedKey(a, b)));
    const all = [...keys, ...joined, ...joined.slice(0, 20).flatMap((a) => keys.map((b) => joinedKey(a, b)))];
    expect(new Set(all).size).toBe(all.length);
    for (const key of all) expect(Number.isSafeInteger(key) && key > 0).toBe(true);
  });

  it("have no two of many words in common", () => {
    const keys = new Set<number>();
    for (let i = 0; i < 300_000; i++) {
      const word = `w${i}`;
      keys.add(textKey(word, 0, word.length));
    }
    expect(keys.size).toBe(300_000);
  });

  it("have rows that stay as the table grows", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 53 - 1 }), { maxLength: 3000 }), (keys) => {
        const table = new KeyTable();
        const rows = new Map<number, number>();
        for (const key of keys) {
          if (!rows.has(key)) {
            expect(table.find(key)).toBe(-1);
            rows.set(key, rows.size);
          }
          expect(table.findOrAdd(key)).toBe(rows.get(key));
        }
        for (const [key, row] of rows) expect(table.find(key)).toBe(row);
        expect(table.size).toBe(rows.size);
      }),
      { numRuns: 30 },
    );
  });
});
