import fc from "fast-check";
import { expect, it } from "vitest";
import type { CorpusFormat } from "../../src/tuning/corpora/corpus.js";
import { corpusFile, labelNaming } from "../../src/tuning/corpora/corpus.js";
import type { CorpusExample, ExampleSettings } from "../../src/tuning/corpora/reader.js";
import { joinedCorpus } from "../../src/tuning/joined-corpus.js";
import { testFile } from "./support.js";

const columns: CorpusFormat = {
  ...{ kind: "columns", wordColumn: 0, tagColumn: -1, separator: "tab", scheme: "bio", comments: true },
  ...{ emptyWords: "refuse", oddTags: "refuse" },
};
/** A sentence of each format, or a line that is none. */
const formats: readonly { readonly format: CorpusFormat; readonly lines: readonly string[] }[] = [
  { format: columns, lines: ["Ada\tB-PER\nleft\tO\n", "no\tO\n", "\n", "# id 7", "-DOCSTART- O\n"] },
  { format: { kind: "open-types" }, lines: ["[Ada](PER) left", "no one ## absent: LOC", "", "  "] },
  { format: { kind: "tagged-lines" }, lines: ["Ada:B-PER left:O <=> go", "no:O", "", "\t"] },
  // A reader that passes nothing over.
  { format: { kind: "gliner" }, lines: ['{"tokenized_text": ["Ada", "left"], "ner": [[0, 0, "PER"]]}', ""] },
];

it("some of the sentences of several files are what they are among all, with their numbers", async () => {
  const lines = fc.array(fc.nat(4), { maxLength: 12 });
  const files = fc.array(fc.tuple(fc.constantFrom(...formats), lines), { minLength: 1, maxLength: 3 });
  const wanted = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 });
  let passedOver = 0;
  await fc.assert(
    fc.asyncProperty(files, wanted, async (given, some) => {
      const paths: string[] = [];
      for (const [format, numbers] of given) {
        // The first line makes a sentence: a file without one is refused.
        const text = [0, ...numbers].map((number) => format.lines[number] ?? "");
        paths.push(await testFile("corpus.txt", `${text.join("\n")}\n`));
      }
      const corpus = joinedCorpus(given.map(([{ format }], i) => corpusFile(paths[i] ?? "", format)));
      const read = async (of: Partial<ExampleSettings>) => {
        const settings = { idPrefix: "x", labels: ["PER"], nameLabel: labelNaming({}) };
        const examples: CorpusExample[] = [];
        let count = -1;
        const onEnd = (all: number) => {
          count = all;
        };
        for await (const example of corpus.examples({ ...settings, ...of, onEnd })) examples.push(example);
        return { examples, count };
      };
      const wants = (index: number) => some[index % some.length] ?? false;
      const all = await read({});
      expect(all.count).toBe(all.examples.length);
      const found = await read({ wants });
      expect(found.count).toBe(all.count);
      // Others may come or not.
      const asked = found.examples.filter(({ index = -1 }) => wants(index));
      expect(asked).toEqual(
        all.examples.flatMap((example, index) => (wants(index) ? [{ ...example, index }] : [])),
      );
      passedOver += all.examples.length - found.examples.length;
    }),
  );
  expect(passedOver).toBeGreaterThan(50);
});
