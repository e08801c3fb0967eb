import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type BackTokenize, backTokenizer, noBackTokenization } from "../../src/codecs/back-tokenize.js";
import { restoreTagsAsPaper } from "../../src/codecs/restore-tags.js";
import { missing, shared } from "../support/shared.js";

const row = z.object({
  id: z.string(),
  label_list: z.array(z.string()),
  instance: z.object({ words: z.array(z.string()) }),
  prediction: z.string(),
  expected: z.object({
    labels: z.array(z.string()),
    condition: z.literal([1, 2, 3]),
    lcs_length: z.number(),
  }),
});
const conditions = { equal: 1, subsequence: 2, lcs: 3 };

const t5Row = row.omit({ expected: true }).extend({
  expected: z.object({ labels: z.array(z.string()), labels_without_back_tokenization: z.array(z.string()) }),
});

describe("faulty generations, against the paper's own evaluator", () => {
  const files = ["ai", "literature", "politics"].map((name) => `golden/crossner-${name}.jsonl`);
  it.skipIf(missing(...files)).each(files)("%s: every row gives exactly the expected labels", (file) => {
    const rows = readFileSync(shared(file), "utf8").trimEnd().split("\n");
    expect(rows.length).toBeGreaterThan(400);
    for (const line of rows) {
      const { id, label_list, instance, prediction, expected } = row.parse(JSON.parse(line));
      const restored = restoreTagsAsPaper(instance.words, prediction, label_list, noBackTokenization);
      expect(restored.tags, id).toEqual(expected.labels);
      expect(conditions[restored.condition], id).toBe(expected.condition);
      if (expected.condition === 3) {
        expect(restored.items.filter((item) => item !== null).length, id).toBe(expected.lcs_length);
      }
    }
  });

  const t5Files = ["literature", "politics"].map((name) => `golden/crossner-${name}-t5.jsonl`);
  const tokenizerFile = "tokenizers/t5/tokenizer.json";
  it.skipIf(missing(tokenizerFile, ...t5Files)).each(t5Files)(
    "%s: exact with and without back-tokenization",
    (file) => {
      const backTokenize = backTokenizer(JSON.parse(readFileSync(shared(tokenizerFile), "utf8")));
      const rows = readFileSync(shared(file), "utf8").trimEnd().split("\n");
      expect(rows.length).toBeGreaterThan(400);
      for (const line of rows) {
        const { id, label_list, instance, prediction, expected } = t5Row.parse(JSON.parse(line));
        const tagsWith = (tokenize: BackTokenize) =>
          restoreTagsAsPaper(instance.words, prediction, label_list, tokenize).tags;
        expect(tagsWith(backTokenize), id).toEqual(expected.labels);
        expect(tagsWith(noBackTokenization), id).toEqual(expected.labels_without_back_tokenization);
      }
    },
  );
});
