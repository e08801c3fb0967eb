import { describe, expect, it } from "vitest";
import { missing, shared } from "../support/shared.js";
import { openTypes, publishedCorpora } from "./published.js";
import { readAll } from "./support.js";

describe("published corpora have their documented counts", () => {
  it.for(publishedCorpora)(
    "%s",
    { timeout: 60_000 },
    async ([path, format, sentences, mentions], { skip }) => {
      skip(missing(`data/${path}`));
      const examples = await readAll(shared(`data/${path}`), format);
      const counted = {
        sentences: examples.length,
        mentions: examples.reduce((sum, { gold }) => sum + gold.length, 0),
      };
      expect(counted).toEqual({ sentences, mentions });
    },
  );

  it.skipIf(missing("data/open_types"))("the files of open types together", async () => {
    const types = new Set<string>();
    const counted = { sentences: 0, mentions: 0, without: 0 };
    for (const path of openTypes.paths) {
      for (const { gold, absent = [] } of await readAll(shared(`data/${path}`), openTypes.format)) {
        counted.sentences++;
        counted.mentions += gold.length;
        for (const { label } of gold) types.add(label);
        if (absent.length === 0) counted.without++;
      }
    }
    const { sentences, mentions } = openTypes;
    expect(counted).toEqual({ sentences, mentions, without: 0 });
    expect(types.size).toBe(openTypes.types);
  });

  it.skipIf(missing("data/pgxcorpus_nested/all"))("fragments are kept", async () => {
    const examples = await readAll(shared("data/pgxcorpus_nested/all"), { kind: "brat" });
    const split = examples.flatMap(({ gold }) => gold.filter(({ parts }) => parts.length > 1));
    // Documented with 409 fragmented mentions: two of them have no word between their fragments, only a space.
    expect(split.length).toBe(407);
  });

  it.skipIf(missing("data/broad_twitter/dev.conll"))("empty words stop a build unless dropped", async () => {
    await expect(readAll(shared("data/broad_twitter/dev.conll"))).rejects.toThrow(/the word is empty/);
  });
});
