import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { noBackTokenization } from "../../src/codecs/back-tokenize.js";
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
});
