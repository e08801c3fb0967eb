import { readFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenCounter } from "../../src/codecs/token-counter.js";
import { InputError } from "../../src/core/errors.js";
import { missing, shared } from "../support/shared.js";

const builtin = new URL("../../models/builtin/tokenizer.json", import.meta.url);
const t5 = "tokenizers/t5/tokenizer.json";

const text = fc
  .array(
    fc.oneof(
      fc.lorem({ maxCount: 4, mode: "words" }),
      fc.string({ unit: "grapheme", maxLength: 8 }),
      fc.constantFrom(
        "café(B-place)",
        "\u00a0",
        "1,000.5",
        "İstanbul",
        "e\u0301",
        "東京都",
        "</s>",
        "\n",
        "  ",
      ),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(" "));

function countsAsWhole(file: string | URL): void {
  const json = JSON.parse(readFileSync(file, "utf8"));
  const tokenizer = new Tokenizer(json, {});
  const count = tokenCounter(json);
  fc.assert(
    fc.property(text, (given) => {
      expect(count(given)).toBe(tokenizer.encode(given.toWellFormed()).ids.length);
    }),
    { numRuns: 300 },
  );
}

describe("token counts", () => {
  it("are those of the whole text, for the built-in model", () => countsAsWhole(builtin));

  it.skipIf(missing(t5))("are those of the whole text, for T5", () => countsAsWhole(shared(t5)));

  it("are those of the whole text where tokens reach across white space", () => {
    const json = JSON.parse(readFileSync(builtin, "utf8"));
    json.added_tokens.push({
      id: 90_000,
      content: "New York",
      special: false,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
    });
    const whole = new Tokenizer(json, {}).encode("in New York now").ids.length;
    expect(tokenCounter(json)("in New York now")).toBe(whole);
    expect(whole).toBeLessThan(tokenCounter(JSON.parse(readFileSync(builtin, "utf8")))("in New York now"));
  });

  it("need a tokenizer", () => {
    expect(() => tokenCounter({})).toThrow(InputError);
  });
});
