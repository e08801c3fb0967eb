import { describe, expect, it } from "vitest";
import { FormatError, InputError } from "../../src/core/errors.js";
import { detectFormat } from "../../src/tuning/corpora/detect.js";
import type { Mention } from "../../src/tuning/corpora/reader.js";
import { inspectCorpus, tolerant } from "../../src/tuning/inspect.js";
import { mentionRelations } from "../../src/tuning/mention-relations.js";
import { missing, shared } from "../support/shared.js";
import { bioTsv, testFile } from "./support.js";

describe("inspection", () => {
  it("counts sentences, words, entities and labels", async () => {
    const text = "Ada\tB-PER\nLane\tI-PER\nsings\tO\n\nIda\tB-PER\nin\tO\nBonn\tB-LOC\n\nrain\tO\n";
    const inspection = await inspectCorpus(await testFile("a.tsv", text), bioTsv);
    expect(inspection).toEqual({
      format: "columns",
      settings: bioTsv,
      sentences: 3,
      entities: 3,
      labels: { PER: 2, LOC: 1 },
      words: 7,
      sentencesWithoutEntities: 1,
      lengths: {
        sentences: { min: 1, p50: 3, p90: 3, p99: 3, max: 3 },
        entities: { min: 1, p50: 1, p90: 2, p99: 2, max: 2 },
        labels: {
          PER: { min: 1, p50: 1, p90: 2, p99: 2, max: 2 },
          LOC: { min: 1, p50: 1, p90: 1, p99: 1, max: 1 },
        },
      },
      histograms: { words: { 1: 1, 3: 2 }, entities: { 0: 1, 1: 1, 2: 1 } },
      nested: 0,
      discontinuous: 0,
      overlaps: 0,
      duplicates: { sentences: 0, entities: 0 },
      absentTypes: 0,
      leftOut: 0,
      suspiciousCounts: {},
      suspicious: [],
    });
    expect(Object.keys(inspection.labels)).toEqual(["PER", "LOC"]);
  });

  it("lists what is suspicious, with lines", async () => {
    const lines = [
      "Ada\tI-PER",
      "\tO",
      "sings\tX",
      "",
      "rain\tO",
      "",
      "rain\tB-per",
      "",
      "\tO",
      "",
      "rain\tO",
    ];
    const file = await testFile("a.tsv", `${lines.join("\n")}\n`);
    const found = await inspectCorpus(file, tolerant(bioTsv));
    expect(found).toMatchObject({ sentences: 4, leftOut: 1, duplicates: { sentences: 2, entities: 0 } });
    expect(found.suspicious).toEqual([
      { kind: "left-out", line: 9, reason: "left out: it holds only empty words" },
      {
        kind: "remark",
        line: 2,
        example: 0,
        reason: "the word is empty: left out",
        excerpt: "Ada sings",
      },
      {
        kind: "remark",
        line: 3,
        example: 0,
        reason: expect.stringContaining('"X" is no BIO tag'),
        excerpt: "Ada sings",
      },
      {
        kind: "remark",
        line: 1,
        example: 0,
        reason: "I-PER does not follow the scheme where it stands",
        excerpt: "Ada sings",
      },
      {
        kind: "conflicting-duplicate",
        line: 7,
        example: 2,
        reason: "the text of line 5 again, with other entities",
        excerpt: "rain",
      },
      {
        kind: "similar-labels",
        line: 7,
        example: 2,
        reason: 'label "per" (1 mention) is nearly label "PER"',
        excerpt: "rain",
        marked: { start: 0, end: 4 },
      },
    ]);
    expect(found.suspiciousCounts).toEqual({
      "left-out": 1,
      remark: 3,
      "conflicting-duplicate": 1,
      "similar-labels": 1,
    });
    await expect(inspectCorpus(file, bioTsv)).rejects.toThrow(FormatError);
  });

  it("tells nested, overlapping, discontinuous and repeated mentions apart", () => {
    const mention = (label: string, ...parts: [number, number][]): Mention => ({
      label,
      parts: parts.map(([start, end]) => ({ start, end })),
    });
    const relations = (...mentions: Mention[]) => {
      const { nested, overlaps, repeats } = mentionRelations(mentions);
      return { nested, overlaps, repeats: repeats.length };
    };
    expect(relations(mention("a", [0, 2]), mention("a", [2, 3]))).toEqual({
      nested: 0,
      overlaps: 0,
      repeats: 0,
    });
    expect(relations(mention("a", [1, 2]), mention("b", [0, 3]))).toEqual({
      nested: 1,
      overlaps: 0,
      repeats: 0,
    });
    expect(relations(mention("a", [0, 2]), mention("b", [0, 2]))).toEqual({
      nested: 1,
      overlaps: 0,
      repeats: 0,
    });
    expect(relations(mention("a", [0, 2]), mention("b", [1, 3]))).toEqual({
      nested: 0,
      overlaps: 2,
      repeats: 0,
    });
    expect(relations(mention("a", [0, 2]), mention("a", [0, 2]))).toEqual({
      nested: 0,
      overlaps: 0,
      repeats: 1,
    });
    // A gap is no part of a mention.
    expect(relations(mention("a", [0, 1], [3, 4]), mention("a", [1, 3]))).toEqual({
      nested: 0,
      overlaps: 0,
      repeats: 0,
    });
    expect(relations(mention("a", [0, 1], [3, 4]), mention("a", [3, 4]))).toEqual({
      nested: 1,
      overlaps: 0,
      repeats: 0,
    });
  });

  it("stops when asked, and refuses a file that holds nothing", async () => {
    const reason = new Error("stopped");
    await expect(
      inspectCorpus(await testFile("a.tsv", "Ada\tO\n"), bioTsv, AbortSignal.abort(reason)),
    ).rejects.toThrow(reason);
    await expect(inspectCorpus(await testFile("a.tsv", "\n"), bioTsv)).rejects.toThrow(/holds no sentence/);
    await expect(inspectCorpus("none.tsv", bioTsv)).rejects.toThrow(InputError);
  });

  it.skipIf(missing("data/broad_twitter/dev.conll", "data/e_ner/all.csv.gz"))(
    "reads faulty files to their end",
    async () => {
      const tweets = shared("data/broad_twitter/dev.conll");
      const found = await inspectCorpus(tweets, tolerant((await detectFormat(tweets)).format));
      expect(found).toMatchObject({ sentences: 1000, entities: 1730, leftOut: 1 });
      const filings = shared("data/e_ner/all.csv.gz");
      const read = await inspectCorpus(filings, tolerant((await detectFormat(filings)).format));
      expect(read).toMatchObject({ sentences: 11644, entities: 8821 });
      expect(read.suspicious.filter(({ reason }) => reason.startsWith('"P"')).length).toBe(4);
    },
  );
});
