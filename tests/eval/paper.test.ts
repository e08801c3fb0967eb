import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addCounts, noCounts } from "../../eval/counts.js";
import { normalizeMention } from "../../eval/normalize-mention.js";
import { paperCounts, paperCountsOfEntities, paperScores } from "../../eval/paper.js";
import { decodeBio, encodeBio } from "../../src/codecs/bio.js";
import { documentOfWords, flatEntity } from "../../src/core/document.js";
import { InputError } from "../../src/core/errors.js";
import { missing, shared } from "../support/shared.js";

interface GoldenRow {
  readonly id: string;
  readonly instance: { readonly words: readonly string[]; readonly labels: readonly string[] };
  readonly expected: {
    readonly labels: readonly string[];
    readonly labels_without_back_tokenization?: readonly string[];
  };
}

function goldenRows(name: string): GoldenRow[] {
  const lines = readFileSync(shared(`golden/${name}.jsonl`), "utf8")
    .trimEnd()
    .split("\n");
  return lines.map((line) => JSON.parse(line));
}

const golden = [
  ["crossner-ai", 0.929986],
  ["crossner-literature", 0.920378],
  ["crossner-politics", 0.921787],
  ["crossner-literature-t5", 0.930934],
  ["crossner-politics-t5", 0.914382],
] as const;

describe.skipIf(missing("golden"))("F1 over the reference predictions", () => {
  it.each(golden)("%s", (name, f1) => {
    const counts = goldenRows(name).map(({ instance, expected }) =>
      paperCounts(instance.words, instance.labels, expected.labels),
    );
    expect(paperScores(counts.reduce(addCounts, noCounts)).f1.toFixed(6)).toBe(f1.toFixed(6));
  });

  it.each([
    ["crossner-literature-t5", 0.921035],
    ["crossner-politics-t5", 0.905129],
  ])("%s without back-tokenization", (name, f1) => {
    const counts = goldenRows(name).map(({ instance, expected }) =>
      paperCounts(instance.words, instance.labels, expected.labels_without_back_tokenization ?? []),
    );
    expect(paperScores(counts.reduce(addCounts, noCounts)).f1.toFixed(6)).toBe(f1.toFixed(6));
  });

  it("is the same from entities where the tags are well-formed", () => {
    for (const { id, instance, expected } of goldenRows("crossner-ai")) {
      const doc = documentOfWords(id, instance.words);
      const gold = decodeBio(instance.labels);
      const predicted = decodeBio(expected.labels);
      expect(paperCountsOfEntities(doc, gold, predicted)).toEqual(
        paperCounts(instance.words, instance.labels, encodeBio(doc.words.length, predicted)),
      );
    }
  });
});

/** The mentions as the evaluator writes them: an oracle for what is only hashed. */
function writtenMentions(words: readonly string[], tags: readonly string[]): Set<string> {
  const mentions = new Set<string>();
  let open: { words: string[]; label: string } | null = null;
  const close = () => {
    if (open !== null) {
      mentions.add(`${normalizeMention(open.words.join(" "))}\n${normalizeMention(open.label)}`);
    }
    open = null;
  };
  for (const [i, tag] of tags.entries()) {
    if (!tag.startsWith("I-")) close();
    if (tag === "O") continue;
    const before: string[] = (open as { words: string[] } | null)?.words ?? [];
    open = { words: [...before, words[i] ?? ""], label: tag.slice(2) };
  }
  close();
  return mentions;
}

describe("paperCounts", () => {
  const words = ["Lake", "Ohrid", "the", "Lake", "Ohrid"];

  it("counts a mention once however often it stands in the sentence", () => {
    const twice = ["B-lake", "I-lake", "O", "B-lake", "I-lake"];
    const once = ["B-lake", "I-lake", "O", "O", "O"];
    expect(paperCounts(words, twice, once)).toEqual({ correct: 1, predicted: 1, gold: 1 });
  });

  it("does not look at the position", () => {
    const first = ["B-lake", "I-lake", "O", "O", "O"];
    const second = ["O", "O", "O", "B-lake", "I-lake"];
    expect(paperCounts(words, first, second).correct).toBe(1);
  });

  it("lets I- continue a mention of another label, the last word's label wins", () => {
    const mixed = ["B-river", "I-lake", "O", "O", "O"];
    const plain = ["B-lake", "I-lake", "O", "O", "O"];
    expect(paperCounts(words, plain, mixed)).toEqual({ correct: 1, predicted: 1, gold: 1 });
  });

  it("starts a mention at I- after O, and a new one at each B-", () => {
    const inside = ["I-lake", "I-lake", "O", "O", "O"];
    const twoStarts = ["B-lake", "B-lake", "O", "O", "O"];
    expect(paperCounts(words, inside, twoStarts)).toEqual({ correct: 0, predicted: 2, gold: 1 });
  });

  it("ignores case, ASCII punctuation and articles of words and labels", () => {
    const counts = paperCounts(
      ["The", "Hague", "the", "HAGUE", "."],
      ["B-The City", "I-The City.", "O", "O", "O"],
      ["O", "O", "B-city", "I-city", "I-city"],
    );
    expect(counts).toEqual({ correct: 1, predicted: 1, gold: 1 });
  });

  it("counts a mention of which nothing is left", () => {
    expect(paperCounts(["The", "..."], ["B-city", "B-city"], ["O", "B-city"])).toEqual({
      correct: 1,
      predicted: 1,
      gold: 1,
    });
  });

  it("equals a count of written mentions, whatever the words", () => {
    const word = fc.oneof(
      fc.constantFrom(
        "a",
        "The",
        "AN",
        "New",
        "new",
        "York",
        "york.",
        "t.h.e",
        "...",
        "x y",
        "é-a",
        "lake—a",
        "ΣΑΣ",
        "I\u0307",
        "İ",
        "",
      ),
      fc.string({ unit: "binary", maxLength: 3 }),
    );
    const tag = fc.constantFrom("O", "B-city", "I-city", "B-The City", "I-river");
    const rows = fc.array(fc.tuple(word, tag, tag), { maxLength: 14 });
    fc.assert(
      fc.property(rows, (row) => {
        const sentence = row.map(([text]) => text);
        const gold = writtenMentions(
          sentence,
          row.map(([, one]) => one),
        );
        const predicted = writtenMentions(
          sentence,
          row.map(([, , one]) => one),
        );
        const correct = [...predicted].filter((mention) => gold.has(mention)).length;
        expect(
          paperCounts(
            sentence,
            row.map(([, one]) => one),
            row.map(([, , one]) => one),
          ),
        ).toEqual({
          correct,
          predicted: predicted.size,
          gold: gold.size,
        });
      }),
      { numRuns: 5000, seed: 7 },
    );
  });

  it("refuses tags outside the scheme and another number of them", () => {
    expect(() => paperCounts(["x"], ["city"], ["O"])).toThrow(InputError);
    expect(() => paperCounts(["x"], ["O"], [])).toThrow("1 words but 0 tags");
  });
});

describe("paperCountsOfEntities", () => {
  const doc = documentOfWords("d", ["University", "of", "New", "York"]);
  const nested = [flatEntity("university", 0, 4), flatEntity("city", 2, 4)];

  it("refuses nested entities on either side", () => {
    expect(() => paperCountsOfEntities(doc, nested, [])).toThrow(InputError);
    expect(() => paperCountsOfEntities(doc, [], nested)).toThrow(InputError);
  });

  it("sees neighbours of one label as two mentions", () => {
    const neighbours = [flatEntity("city", 2, 3), flatEntity("city", 3, 4)];
    expect(paperCountsOfEntities(doc, neighbours, neighbours)).toEqual({ correct: 2, predicted: 2, gold: 2 });
  });
});

describe("paperScores", () => {
  it("smooths, so nothing at all is 0 and all right is just under 1", () => {
    expect(paperScores(noCounts)).toEqual({ precision: 0, recall: 0, f1: 0 });
    const { f1 } = paperScores({ correct: 5, predicted: 5, gold: 5 });
    expect(f1).toBeLessThan(1);
    expect(f1).toBeGreaterThan(1 - 1e-9);
  });
});

describe("normalizeMention", () => {
  it.each([
    ["The  Hague", "hague"],
    ["A.N. Other", "other"],
    ["t.h.e", ""],
    ["AT&T", "att"],
    ["snake_the_case", "snakethecase"],
    ["an\u3000apple\u0085a\u001cday", "apple day"],
    ["ΟΔΟΣ", "οδος"],
  ])("%j gives %j", (text, expected) => {
    expect(normalizeMention(text)).toBe(expected);
  });

  it("knows word boundaries beyond ASCII, as Python does", () => {
    expect(normalizeMention("éa aé 東a a² aª")).toBe("éa aé 東a a² aª");
    expect(normalizeMention("“the” lake—a pond")).toBe("“ ” lake— pond");
    // A combining mark is no word character there, so what it follows is an article.
    expect(normalizeMention("a\u0301 b")).toBe("\u0301 b");
  });

  it("leaves what Python does not take for white space", () => {
    expect(normalizeMention("x\ufeffy x\u200by x\u180ey")).toBe("x\ufeffy x\u200by x\u180ey");
  });

  it("leaves neither doubled nor outer spaces", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const normalized = normalizeMention(text);
        expect(normalized).toBe(
          normalized
            .split(" ")
            .filter((piece) => piece !== "")
            .join(" "),
        );
        expect(normalized).not.toMatch(/[!-/:-@[-`{-~\n\t]/);
      }),
    );
  });
});
