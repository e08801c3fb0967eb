import { execFileSync } from "node:child_process";
import { createReadStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { backTokenizer } from "../../src/codecs/back-tokenize.js";
import { InputError } from "../../src/core/errors.js";
import { noPython, python } from "../support/python.js";
import { missing, shared } from "../support/shared.js";

const script = fileURLToPath(new URL("../fixtures/back-tokenize.py", import.meta.url));
const tokenizerFile = "tokenizers/t5/tokenizer.json";
const reference = z.tuple([z.string(), z.array(z.number()), z.string()]);

describe("backTokenizer", () => {
  it.skipIf(missing(tokenizerFile, "data") || noPython())(
    "spells every word of the corpora as the Python library does with T5's tokenizer",
    async () => {
      const folder = mkdtempSync(join(tmpdir(), "gner-words-"));
      const file = join(folder, "words.jsonl");
      execFileSync(python, [script, shared(tokenizerFile), shared("data"), file]);
      const backTokenize = backTokenizer(JSON.parse(readFileSync(shared(tokenizerFile), "utf8")));
      let count = 0;
      const different: [string, string | undefined, string][] = [];
      for await (const line of createInterface({ input: createReadStream(file) })) {
        const [word, , text] = reference.parse(JSON.parse(line));
        const [spelled] = backTokenize([word]);
        if (spelled !== text) different.push([word, spelled, text]);
        count++;
      }
      rmSync(folder, { recursive: true });
      expect(different).toEqual([]);
      expect(count).toBeGreaterThan(800_000);
    },
    300_000,
  );

  it("remembers words without mixing them up", () => {
    const vocabulary = { "[UNK]": 0, a: 1, b: 2, "##b": 3 };
    const tokenizer = {
      model: { type: "WordPiece", unk_token: "[UNK]", continuing_subword_prefix: "##", vocab: vocabulary },
      normalizer: null,
      pre_tokenizer: { type: "Whitespace" },
      post_processor: null,
      decoder: { type: "WordPiece", prefix: "##", cleanup: false },
      added_tokens: [],
    };
    const backTokenize = backTokenizer(tokenizer);
    expect(backTokenize(["a", "ab", "b", "x", "a"])).toEqual(["a", "ab", "b", "[UNK]", "a"]);
    expect(backTokenize(["x", "ab"])).toEqual(["[UNK]", "ab"]);
    expect(backTokenize([" ", ""])).toEqual(["", ""]);
  });

  it("refuses what is no tokenizer", () => {
    expect(() => backTokenizer({})).toThrow(InputError);
  });
});
