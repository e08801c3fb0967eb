import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { z } from "zod";
import { alignWords } from "../../src/lcs/alignment.js";
import { missing, shared } from "../support/shared.js";
import { lcsLength, matched } from "./support.js";

const Row = z.object({
  id: z.string(),
  instance: z.object({ words: z.array(z.string()) }),
  prediction: z.string(),
  expected: z.object({ condition: z.literal([1, 2, 3]), lcs_length: z.number().int() }),
});

/** The words of a prediction in the evaluator's reading, lower-cased. */
function predictedWords(prediction: string): string[] {
  const pieces = prediction.trim().split(/\(B-.*?\)|\(I-.*?\)|\(O\)/);
  // What follows the last label is no word.
  return pieces
    .slice(0, -1)
    .map((piece) => piece.trim().toLowerCase())
    .filter((word) => word !== "");
}

it.skipIf(missing("golden"))("condition and length of every golden row", () => {
  const files = readdirSync(shared("golden")).filter((f) => f.endsWith(".jsonl") && !f.endsWith("-t5.jsonl"));
  expect(files.length).toBeGreaterThan(0);
  const seen = new Set<number>();
  for (const file of files) {
    for (const line of readFileSync(shared(`golden/${file}`), "utf8").split("\n")) {
      if (line === "") continue;
      const { id, instance, prediction, expected } = Row.parse(JSON.parse(line));
      const source = instance.words.map((word) => word.toLowerCase());
      const generated = predictedWords(prediction);
      const { matches, condition } = alignWords(source, generated);
      expect({ id, condition }).toEqual({
        id,
        condition: (["equal", "subsequence", "lcs"] as const)[expected.condition - 1],
      });
      expect({ id, length: matched(matches) }).toEqual({ id, length: expected.lcs_length });
      expect(lcsLength(source, generated)).toBe(expected.lcs_length);
      seen.add(expected.condition);
    }
  }
  expect(seen).toEqual(new Set([1, 2, 3]));
});
