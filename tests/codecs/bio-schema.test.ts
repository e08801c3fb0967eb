import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBio } from "../../src/codecs/bio.js";
import { bioSchema } from "../../src/codecs/schemas/bio-schema.js";
import { parseWordLabels, writeWordLabels } from "../../src/codecs/word-label.js";
import { flatEntity } from "../../src/core/document.js";

describe("targets of the BIO schema", () => {
  it("are given for exactly the words and labels that read back", () => {
    const piece = fc.constantFrom(
      "a",
      "Ada",
      "(",
      ")",
      "(O)",
      "(B-x)",
      "(B-",
      " ",
      "\n",
      "\u0085",
      "\ufeff",
      "O",
      "-",
    );
    const text = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(""));
    const words = fc.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom("left", "Bonn") }, text), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(words, fc.oneof(fc.constant("city"), text), fc.nat(), (given, label, at) => {
        const start = at % given.length;
        const gold = [flatEntity(label, start, start + 1)];
        const tags = encodeBio(given.length, gold);
        const target = writeWordLabels(given, tags);
        const items = parseWordLabels(target);
        const readsBack =
          items.length === given.length &&
          items.every(({ word, tag }, i) => word === given[i] && tag === tags[i]);
        const made = bioSchema.encode(given, gold);
        expect("text" in made ? made.text : null).toBe(readsBack ? target : null);
      }),
      { numRuns: 2000 },
    );
  });
});
