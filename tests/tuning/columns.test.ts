import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeBio } from "../../src/codecs/bio.js";
import { strip } from "../../src/codecs/whitespace.js";
import { wordTexts } from "../../src/core/document.js";
import { FormatError, InputError } from "../../src/core/errors.js";
import { corpusFile, labelNaming } from "../../src/tuning/corpora/corpus.js";
import { readEntries } from "../../src/tuning/corpora/formats.js";
import type { ExampleSettings } from "../../src/tuning/corpora/reader.js";
import type { ColumnCorpus } from "./support.js";
import { bioTsv, gather, readAll, testFile, testFolder } from "./support.js";

const spaced: ColumnCorpus = { ...bioTsv, separator: "whitespace" };

async function wordsAndTags(content: string | Uint8Array, format = bioTsv, name = "corpus.tsv") {
  const examples = await readAll(await testFile(name, content), format);
  return examples.map(({ doc, gold }) => [wordTexts(doc), encodeBio(doc.words.length, gold)]);
}

describe("labels of column files", () => {
  it("are those of their mentions", async () => {
    const word = fc.constantFrom("Ada", "left", "#", "x");
    const tag = fc.constantFrom("O", "B-PER", "I-PER", "B-LOC", "I-CITY");
    const line = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(word, tag).map((columns) => columns.join("\t")) },
      fc.constantFrom("", "# id 7\tB-NO", "\tO", "-DOCSTART- O", "-DOCSTART-", "  "),
    );
    const settings = fc.record({
      comments: fc.boolean(),
      emptyWords: fc.constantFrom("drop" as const, "boundary" as const),
      separator: fc.constantFrom("tab", "\t"),
      oddTags: fc.constant("outside" as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), settings, async (lines, keys) => {
        const format = { ...bioTsv, ...keys };
        const file = await testFile("a.tsv", `${lines.join("\n")}\nend\tO\n`);
        const mentions: string[] = [];
        for await (const entry of readEntries(file, format)) {
          if (!("leftOut" in entry)) mentions.push(...entry.mentions.map(({ label }) => label));
        }
        const labels = await corpusFile(file, format).collectLabels(labelNaming({}));
        expect(labels).toEqual([...new Set(mentions)].sort());
      }),
    );
  });
});

describe("sentences of column files that are not wanted", () => {
  it("may be passed over: those that come are what they are, with their numbers", async () => {
    const line = fc.constantFrom("Ada\tB-PER", "left\tO", "", "# id 7", "-DOCSTART- O", " ", "# x\tO");
    const wanted = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 25 }),
        wanted,
        fc.boolean(),
        async (lines, some, comments) => {
          const format = { ...bioTsv, comments };
          const file = await testFile("a.tsv", `${lines.join("\n")}\nend\tO\n`);
          const settings = { idPrefix: "x", labels: ["PER"], nameLabel: labelNaming({}) };
          const corpus = corpusFile(file, format);
          const read = (of: Partial<ExampleSettings>) => gather(corpus.examples({ ...settings, ...of }));
          const wants = (index: number) => some[index % some.length] ?? false;
          const outcome = async (of: Partial<ExampleSettings>) => read(of).catch(() => null);
          const all = await outcome({});
          if (all === null) return;
          const expected = all.flatMap((example, index) => (wants(index) ? [{ ...example, index }] : []));
          expect(await outcome({ wants })).toEqual(expected);
        },
      ),
    );
  });
});

describe("column files", () => {
  it("gives documents, labels and mentions", async () => {
    const file = await testFile("a.tsv", "Ada\tB-PER\nLane\tI-PER\nsings\tO\n\n\n\nRain\tO\nBonn\tB-LOC\n");
    const [first, second, ...more] = await readAll(file);
    expect(more).toEqual([]);
    expect(first).toEqual({
      doc: {
        id: "set-train-0",
        text: "Ada Lane sings",
        words: [
          { start: 0, end: 3 },
          { start: 4, end: 8 },
          { start: 9, end: 14 },
        ],
      },
      labels: ["LOC", "PER"],
      gold: [{ label: "PER", parts: [{ start: 0, end: 2 }] }],
      line: 1,
    });
    expect(second?.doc.id).toBe("set-train-1");
    expect(second?.gold).toEqual([{ label: "LOC", parts: [{ start: 1, end: 2 }] }]);
  });

  it("reads any column, from either end", async () => {
    const expected = [
      [
        ["Ada", "sings"],
        ["B-PER", "O"],
      ],
    ];
    expect(await wordsAndTags("B-PER\tAda\nO\tsings", { ...bioTsv, wordColumn: 1, tagColumn: 0 })).toEqual(
      expected,
    );
    expect(
      await wordsAndTags("1\tAda\tB-PER\tx\n2\tsings\tO\tx\n", { ...bioTsv, wordColumn: 1, tagColumn: -2 }),
    ).toEqual(expected);
    expect(await wordsAndTags("Ada NNP  B-PER \n  sings\tVBZ O\n", spaced)).toEqual(expected);
  });

  it("passes over document lines and, where asked, comments; both only where they are no words", async () => {
    const text = "-DOCSTART- O\nAda B-PER\n-DOCSTART- -X- O\n# id 7\n# O\nrain O\n# O\n-DOCSTART-x O\n";
    expect(await wordsAndTags(text, { ...spaced, comments: true })).toEqual([
      [["Ada"], ["B-PER"]],
      [
        ["rain", "#", "-DOCSTART-x"],
        ["O", "O", "O"],
      ],
    ]);
    expect(await wordsAndTags("# O\n", spaced)).toEqual([[["#"], ["O"]]]);
  });

  it("reads CRLF, a byte order mark, lines of empty columns and a last line without an end", async () => {
    const text = "\ufeffAda\tB-PER\r\n\r\nsings\tO\r\n\t\t\r\nloud\tO";
    expect(await wordsAndTags(text)).toEqual([
      [["Ada"], ["B-PER"]],
      [["sings"], ["O"]],
      [["loud"], ["O"]],
    ]);
  });

  it("starts a mention at an I- that continues nothing", async () => {
    const tags = ["I-PER", "I-PER", "B-PER", "I-LOC", "O", "I-LOC"];
    const text = tags.map((tag, i) => `w${i}\t${tag}`).join("\n");
    expect(await wordsAndTags(text)).toEqual([
      [
        ["w0", "w1", "w2", "w3", "w4", "w5"],
        ["B-PER", "I-PER", "B-PER", "B-LOC", "O", "B-LOC"],
      ],
    ]);
  });

  it("keeps odd words, and labels with spaces", async () => {
    const words = ["a b", "(O)", "🎉", "e\u0301", "a\u00a0b", "\u0000", "x\u2028x"];
    const text = words.map((word) => `${word}\tB-field of study\n`).join("");
    expect(await wordsAndTags(text)).toEqual([[words, words.map(() => "B-field of study")]]);
  });

  it("leaves out white space around a word, which no row could give back", async () => {
    expect(await wordsAndTags(" x\u00a0\tO\n")).toEqual([[["x"], ["O"]]]);
  });

  it("reads back what was written, whatever the words, packed or not", async () => {
    const word = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
      .filter(
        (text) =>
          !/[\t\n\r]/.test(text) && text !== "" && strip(text) === text && !/^(\ufeff|-DOCSTART-)/.test(text),
      );
    const tag = fc.constantFrom("O", "B-x", "B-y z");
    const sentence = fc.array(fc.tuple(word, tag), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(sentence, { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        async (sentences, gz) => {
          const text = sentences.map((rows) => rows.map((row) => row.join("\t")).join("\n")).join("\n\n");
          const read = gz ? await wordsAndTags(gzipSync(text), bioTsv, "c.tsv.gz") : await wordsAndTags(text);
          expect(read).toEqual(sentences.map((rows) => [rows.map(([w]) => w), rows.map(([, t]) => t)]));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("is not disturbed by where the stream cuts the file", async () => {
    const lines = Array.from(
      { length: 20_000 },
      (_, i) => `${"é🎉".repeat(i % 7)}${i}\tO${i % 50 ? "" : "\n"}`,
    );
    const words = (await wordsAndTags(lines.join("\n"))).flatMap(([found]) => found);
    expect(words).toEqual(lines.map((line) => line.split("\t")[0]));
  });

  it("names labels by a table", async () => {
    const file = await testFile("a.tsv", "Ada\tB-PER\nBonn\tB-LOC\n");
    const corpus = corpusFile(file, bioTsv);
    const nameLabel = labelNaming({ PER: "person" });
    expect(await corpus.collectLabels(nameLabel)).toEqual(["LOC", "person"]);
    const [example] = await gather(corpus.examples({ idPrefix: "a", labels: ["person", "LOC"], nameLabel }));
    expect(example?.gold.map(({ label }) => label)).toEqual(["person", "LOC"]);
  });
});

describe("faults of column files", () => {
  const faults: [string, string | Uint8Array, RegExp, string?][] = [
    ["a line without a tag column", "Ada\tO\nsings\n", /:2: no word in column 0 .* "sings" has 1 column /],
    ["a tag outside the scheme", "Ada\tO\n\nsings\tE-PER\n", /:3: "E-PER" is no BIO tag/],
    ["a tag without a label", "Ada\tB-\n", /:1: "B-" is no BIO tag/],
    ["an empty word", "Ada\tO\n\tO\n", /:2: the word is empty/],
    ["a word of white space", "Ada\tO\n\u00a0\tO\n", /:2: the word is empty/],
    ["no sentence", "\n-DOCSTART- O\n\n", /corpus.tsv: holds no sentence/],
    ["Latin-1", Buffer.from("Ada\tO\ncaf\u00e9\tO\n", "latin1"), /:2: not UTF-8/],
    ["a sequence cut at the end", Buffer.from([0x61, 0x09, 0x4f, 0x0a, 0xe2, 0x82]), /:2: not UTF-8/],
    ["UTF-16", Buffer.from("\ufeffAda\tO\n", "utf16le"), /:1: not UTF-8/],
    ["no gzip", "Ada\tO\n", /corpus.tsv.gz: not a whole gzip file/, "corpus.tsv.gz"],
    ["half a gzip", gzipSync("Ada\tO\n".repeat(999)).subarray(0, 40), /not a whole gzip/, "corpus.tsv.gz"],
  ];

  it.each(faults)("%s is a FormatError that says where", async (_, content, message, name = "corpus.tsv") => {
    const file = await testFile(name, content);
    const fault = readAll(file);
    await expect(fault).rejects.toThrow(FormatError);
    await expect(fault).rejects.toThrow(message);
    await expect(fault).rejects.toThrow(file);
  });

  it("finds the line of a broken character far into a file", async () => {
    const good = "word\tO\n".repeat(50_000);
    const file = await testFile("a.tsv", Buffer.concat([Buffer.from(good), Buffer.from([0xff, 0x09, 0x4f])]));
    await expect(readAll(file)).rejects.toThrow(/:50001: not UTF-8/);
  });

  it("refuses a damaged gzip even where its text could be read", async () => {
    const packed = gzipSync("Ada\tO\n".repeat(999));
    packed.writeUInt32LE(1, packed.length - 8);
    await expect(readAll(await testFile("a.gz", packed))).rejects.toThrow(/not a whole gzip file/);
  });

  it("refuses a label outside the set, and one that is named null", async () => {
    const corpus = corpusFile(await testFile("a.tsv", "so\tO\nAda\tB-PER\n"), bioTsv);
    const settings = { idPrefix: "a", labels: ["LOC"], nameLabel: labelNaming({}) };
    await expect(gather(corpus.examples(settings))).rejects.toThrow(/a.tsv:2: label "PER" is not one/);
    await expect(corpus.collectLabels(labelNaming({ PER: null }))).rejects.toThrow(
      /a.tsv:2: label "PER" is refused/,
    );
  });

  it("leaves out lines of empty words where asked, but no tagged ones", async () => {
    const dropping: ColumnCorpus = { ...bioTsv, emptyWords: "drop" };
    expect(await wordsAndTags("Ada\tO\n\tO\nsings\tO\n", dropping)).toEqual([
      [
        ["Ada", "sings"],
        ["O", "O"],
      ],
    ]);
    await expect(wordsAndTags("\tB-PER\n", dropping)).rejects.toThrow(/:1: the word is empty: it is tagged/);
  });

  it("names a file that is missing or no file", async () => {
    const folder = await testFolder();
    for (const path of [`${folder}/none.tsv`, folder]) {
      await expect(readAll(path)).rejects.toThrow(InputError);
      await expect(readAll(path)).rejects.toThrow(path);
    }
  });
});
