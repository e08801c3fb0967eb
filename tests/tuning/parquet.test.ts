import { readdirSync, readlinkSync } from "node:fs";
import { readFile, realpath } from "node:fs/promises";
import type { SchemaElement } from "hyparquet";
import { describe, expect, it } from "vitest";
import { FormatError, InputError } from "../../src/core/errors.js";
import { detectFormat } from "../../src/tuning/corpora/detect.js";
import { corpusFormat } from "../../src/tuning/corpora/format-schema.js";
import type { CorpusFormat } from "../../src/tuning/corpora/formats.js";
import { readEntries } from "../../src/tuning/corpora/formats.js";
import type { Reading } from "../../src/tuning/corpora/reader.js";
import { intList, parquet, structs, text, textList } from "./parquet-fixture.js";
import { gather, testFile } from "./support.js";

const sentences = [["Ada", "Lane", "sings"], ["🎉", "Köln"], ["rain"]];
const names = ["O", "B-PER", "I-PER", "B-LOC"];
const numbers = [[1n, 2n, 0n], [0n, 3n], [0n]];
const tokens = { schema: textList("tokens"), cells: sentences };
const described = { ner_tags: { feature: { _type: "ClassLabel", names }, _type: "List" } };
const numbered = {
  columns: [
    { schema: [{ name: "id", ...text }], cells: ["a", "b", "c"] },
    tokens,
    { schema: intList("chunk_tags"), cells: numbers },
    { schema: intList("ner_tags"), cells: numbers },
  ],
};

function found(entries: readonly Reading[]) {
  return entries.map((entry) => {
    if ("leftOut" in entry) return entry.leftOut;
    const { text: whole, words, mentions } = entry;
    return mentions.map(({ label, parts }) => [
      label,
      ...parts.map(({ start, end }) => whole.slice(words[start]?.start, words[end - 1]?.end)),
    ]);
  });
}

const three = [[["PER", "Ada Lane"]], [["LOC", "Köln"]], []];
const tagRows = (settings: object = {}) => corpusFormat.parse({ kind: "parquet", rows: "tags", ...settings });
const spanRows = (settings: object = {}) =>
  corpusFormat.parse({ kind: "parquet", rows: "spans", ...settings });
const read = async (path: string, format: CorpusFormat) => gather(readEntries(path, format));

describe("Parquet of words and tags", () => {
  it("reads numbered tags by the names in the file, or by those given", async () => {
    const file = await parquet({ ...numbered, features: described });
    const entries = await read(file, tagRows());
    expect(found(entries)).toEqual(three);
    expect(entries).toMatchObject([
      { line: 1, sourceId: "a" },
      { line: 2, sourceId: "b" },
      { line: 3, sourceId: "c" },
    ]);
    const plain = await parquet(numbered);
    expect(found(await read(plain, tagRows({ tagNames: names })))).toEqual(three);
    await expect(read(plain, tagRows())).rejects.toThrow(/corpus\.parquet:1: .*give tagNames/);
    await expect(read(plain, tagRows({ tagNames: ["O", "B-PER"] }))).rejects.toThrow(/no name for number 2/);
  });

  it.each(["GZIP", "ZSTD", "BROTLI", "SNAPPY", "UNCOMPRESSED"] as const)(
    "reads text tags packed with %s",
    async (codec) => {
      const cells = [["B-PER", "I-PER", "O"], ["O", "B-LOC"], ["O"]];
      const file = await parquet({ columns: [tokens, { schema: textList("ner_tags"), cells }], codec });
      expect(found(await read(file, tagRows()))).toEqual(three);
      const { format } = await detectFormat(file);
      expect(format).toEqual(tagRows());
    },
  );

  it("refuses rows that do not fit, with their number, and leaves out those without words", async () => {
    const withTags = (cells: readonly unknown[], words: readonly unknown[] = sentences) =>
      parquet({
        columns: [
          { schema: textList("tokens"), cells: words },
          { schema: textList("ner_tags"), cells },
        ],
      });
    const good = ["O", "O", "O"];
    await expect(read(await withTags([good, ["O"], ["O"]]), tagRows())).rejects.toThrow(
      /:2: 2 words but 1 tags/,
    );
    await expect(read(await withTags([good, ["O", "X"], ["O"]]), tagRows())).rejects.toThrow(
      /:2: "X" is no BIO tag/,
    );
    await expect(read(await withTags([good, null, ["O"]]), tagRows())).rejects.toThrow(
      /:2: column ner_tags: /,
    );
    await expect(
      read(await withTags([good, ["O", "O"], ["O"]]), tagRows({ tagsColumn: "tags" })),
    ).rejects.toThrow(/no column "tags": it has tokens, ner_tags/);
    const empty = await withTags([good, []], [sentences[0], []]);
    expect(found(await read(empty, tagRows()))).toEqual([[], "it holds no word"]);
    const orphan = await read(await withTags([["I-PER", "O", "O"]], [sentences[0]]), tagRows());
    expect(orphan).toMatchObject([
      { remarks: [{ line: 1, message: "word 0: I-PER does not follow the scheme where it stands" }] },
    ]);
  });

  it("finds the tags of entities among others, and asks where there are two", async () => {
    const file = await parquet({ ...numbered, features: { ...described, chunk_tags: described.ner_tags } });
    expect((await detectFormat(file)).format).toEqual(tagRows());
    const bare = [["person", "person", "O"], ["O", "place"], ["O"]];
    const io = await parquet({ columns: [tokens, { schema: textList("ner_tags"), cells: bare }] });
    expect((await detectFormat(io)).format).toEqual(tagRows({ scheme: "io" }));
    const two = await parquet({
      columns: [
        tokens,
        { schema: textList("ner_tags"), cells: bare },
        { schema: textList("fine_ner_tags"), cells: bare },
      ],
    });
    await expect(detectFormat(two)).rejects.toThrow(/several formats.*ner_tags.*fine_ner_tags/s);
  });
});

describe("Parquet of texts", () => {
  const texts = { schema: [{ name: "text", ...text }], cells: ["Ada Lane sings", "🎉 Köln", "rain"] };
  const rows = [
    [{ start: 0n, end: 8n, label: "PER" }],
    // Code points: the emoji is one.
    [{ start: 2n, end: 6n, label: "LOC" }],
    [],
  ];

  it("reads lists of structs, a struct of lists, and JSON, by the names that tools give their fields", async () => {
    const format = spanRows();
    const asStructs = await parquet({
      columns: [
        texts,
        { schema: structs("entities", { start: "int", end: "int", label: "text" }), cells: rows },
      ],
    });
    expect(found(await read(asStructs, format))).toEqual(three);
    expect((await detectFormat(asStructs)).format).toEqual(format);
    const struct: SchemaElement[] = [
      { name: "entities", repetition_type: "OPTIONAL", num_children: 3 },
      ...intList("start"),
      ...intList("end"),
      ...textList("type"),
    ];
    const cells = [
      { start: [0n], end: [8n], type: ["PER"] },
      { start: [2n], end: [6n], type: ["LOC"] },
      { start: [], end: [], type: [] },
    ];
    const asLists = await parquet({ columns: [texts, { schema: struct, cells }] });
    expect(found(await read(asLists, format))).toEqual(three);
    expect((await detectFormat(asLists)).format).toEqual(format);
    const json = [
      '[{"begin": 0, "end": 8, "entity_group": "PER", "word": "Ada Lane"}]',
      '[{"offsets": [[2, 6]], "type": "LOC", "text": ["Köln"]}]',
      "[]",
    ];
    const asJson = await parquet({ columns: [texts, { schema: [{ name: "spans", ...text }], cells: json }] });
    expect(found(await read(asJson, spanRows({ spansColumn: "spans" })))).toEqual(three);
  });

  it("reads fragments, and labels that are numbers", async () => {
    const cells = ['[{"offsets": [[0, 3], [9, 14]], "label": 1}]'];
    const one = { schema: texts.schema, cells: ["Ada Lane sings"] };
    const file = await parquet({ columns: [one, { schema: [{ name: "entities", ...text }], cells }] });
    expect(found(await read(file, spanRows({ labelNames: ["LOC", "PER"] })))).toEqual([
      [["PER", "Ada", "sings"]],
    ]);
    await expect(read(file, spanRows())).rejects.toThrow(/:1: .*give labelNames/);
  });

  it("refuses spans that are none, with their row", async () => {
    for (const bad of ['[{"start": 0}]', "Ada", '[{"start": 0, "end": 99, "label": "PER"}]']) {
      const cells = ["[]", bad, "[]"];
      const file = await parquet({ columns: [texts, { schema: [{ name: "entities", ...text }], cells }] });
      const fault = read(file, spanRows());
      await expect(fault).rejects.toThrow(FormatError);
      await expect(fault).rejects.toThrow(/corpus\.parquet:2: /);
    }
  });

  it("reads rows that are entries of a JSON format", async () => {
    const turns = [
      { from: "human", value: "Text: Ada Lane sings" },
      { from: "gpt", value: "Yes." },
      { from: "human", value: "What describes PER in the text?" },
      { from: "gpt", value: '["Ada Lane"]' },
    ];
    const conversations = {
      schema: structs("conversations", { from: "text", value: "text" }),
      cells: [turns],
    };
    const file = await parquet({
      columns: [{ schema: [{ name: "id", ...text }], cells: ["x"] }, conversations],
    });
    const { format } = await detectFormat(file);
    expect(format).toEqual({ kind: "parquet", rows: "conversations" });
    expect(found(await read(file, format))).toEqual([[["PER", "Ada Lane"]]]);
    const mentions = structs("entity_mentions", { entity_type: "text", start: "int", end: "int" });
    const cells = [
      [{ entity_type: "PER", start: 0n, end: 2n }],
      [{ entity_type: "LOC", start: 1n, end: 2n }],
      [],
    ];
    const nested = await parquet({ columns: [tokens, { schema: mentions, cells }] });
    const { format: other } = await detectFormat(nested, "parquet");
    expect(other).toEqual({ kind: "parquet", rows: "token-mentions" });
    expect(found(await read(nested, other))).toEqual(three);
  });
});

describe("damaged Parquet", () => {
  it("is refused, cut off, empty, or of other bytes", async () => {
    const whole = await readFile(await parquet({ ...numbered, features: described }));
    for (const bytes of [
      whole.subarray(0, -1),
      whole.subarray(0, 40),
      Buffer.from("PAR1"),
      Buffer.from("no"),
    ]) {
      await expect(read(await testFile("a.parquet", bytes), tagRows())).rejects.toThrow(FormatError);
    }
    const cut = await testFile("a.parquet", whole.subarray(0, -1));
    await expect(detectFormat(cut)).rejects.toThrow(/a\.parquet: no whole Parquet file/);
    await expect(read(`${cut}.none`, tagRows())).rejects.toThrow(InputError);
    const badText = await parquet({
      columns: [
        { schema: [{ name: "text", ...text }], cells: ["Ada", new Uint8Array([0x41, 0xff])] },
        { schema: [{ name: "entities", ...text }], cells: ["[]", "[]"] },
      ],
      rowGroupSize: 1,
    });
    await expect(read(badText, spanRows())).rejects.toThrow(/:2: text that is not UTF-8/);
  });

  it("is refused where its footer was overwritten", async () => {
    const whole = await readFile(await parquet({ ...numbered, features: described, codec: "UNCOMPRESSED" }));
    const footer = whole.readUInt32LE(whole.length - 8);
    const zeros = Buffer.from(whole).fill(0, whole.length - 8 - footer, whole.length - 8);
    await expect(read(await testFile("a.parquet", zeros), tagRows())).rejects.toThrow(FormatError);
    const moved = Buffer.concat([whole.subarray(0, 4), whole.subarray(whole.length - 8 - footer)]);
    await expect(read(await testFile("a.parquet", moved), tagRows())).rejects.toThrow(
      /no whole Parquet file/,
    );
  });

  it.skipIf(process.platform !== "linux")(
    "is read group by group, and closed when its reader stops",
    async () => {
      const file = await parquet({ ...numbered, features: described, rowGroupSize: 1 });
      const path = await realpath(file);
      const isOpen = () =>
        readdirSync("/proc/self/fd").some((descriptor) => {
          try {
            return readlinkSync(`/proc/self/fd/${descriptor}`) === path;
          } catch {
            // The folder was read through a descriptor that is closed by now.
            return false;
          }
        });
      for await (const entry of readEntries(file, tagRows())) {
        expect(entry.line).toBe(1);
        expect(isOpen()).toBe(true);
        break;
      }
      expect(isOpen()).toBe(false);
    },
  );
});
