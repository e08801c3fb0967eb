import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wordTexts } from "../../src/core/document.js";
import { FormatError, InputError } from "../../src/core/errors.js";
import { buildDataset } from "../../src/tuning/build.js";
import type { CorpusFormat } from "../../src/tuning/corpora/corpus.js";
import { corpusFile, labelNaming } from "../../src/tuning/corpora/corpus.js";
import { readPlan } from "../../src/tuning/plan.js";
import { bioTsv, gather, readAll, testFile, testFolder } from "./support.js";

async function read(text: string, format: CorpusFormat) {
  return readAll(await testFile("a.txt", text), format);
}

describe("what files say about their examples", () => {
  it("documents and names of sentences", async () => {
    const doc = await read("-DOCSTART-\tO\n\nAda\tO\n\nIda\tO\n\n-DOCSTART- (notes)\n\nBonn\tO\n", bioTsv);
    expect(doc.map(({ document }) => document)).toEqual(["1", "1", "notes"]);
    const conllu: CorpusFormat = { ...bioTsv, comments: true };
    const named = await read("# newdoc id = d 1\n# sent_id = s1\nAda\tO\n\n# id s2\tx\nIda\tO\n", conllu);
    expect(named.map(({ document, sourceId }) => [document, sourceId])).toEqual([
      ["d 1", "s1"],
      ["d 1", "s2"],
    ]);
  });

  it("absent types, named as labels are", async () => {
    const file = await testFile("a.txt", "so [Ada](singer) . ## absent: town, dish\n");
    const corpus = corpusFile(file, { kind: "open-types" });
    const nameLabel = labelNaming({ town: "city" });
    expect(await corpus.collectLabels(nameLabel)).toEqual(["singer"]);
    const [example] = await gather(corpus.examples({ idPrefix: "a", labels: ["singer"], nameLabel }));
    expect(example).toMatchObject({ absent: ["city", "dish"], doc: { text: "so Ada ." } });
  });

  it("labels that were looked for without being found", async () => {
    const row = { label_list: ["PER", "LOC"], instance: { words: ["so"], labels: ["O"] } };
    const file = await testFile("a.json", JSON.stringify([row]));
    expect(await corpusFile(file, { kind: "gner" }).collectLabels(labelNaming({}))).toEqual(["LOC", "PER"]);
  });

  it("tags outside the scheme, where they may stand", async () => {
    const [example] = await read("Ada\tP\nIda\tB-PER\n", { ...bioTsv, oddTags: "outside" });
    expect(example?.gold).toHaveLength(1);
    expect(example?.remarks?.map(({ line }) => line)).toEqual([1]);
  });
});

describe("words of files", () => {
  it("of characters with segment digits stand side by side", async () => {
    const [example] = await read("A0\tB-x\nI1\tI-x\n好0\tO\n", { ...bioTsv, segmentDigit: true });
    expect(example?.doc.text).toBe("AI好");
    expect(example && wordTexts(example.doc)).toEqual(["A", "I", "好"]);
  });

  it("hold their colons in tagged lines", async () => {
    const [example] = await read("at:O 8:30:B-time ::O", { kind: "tagged-lines" });
    expect(example && wordTexts(example.doc)).toEqual(["at", "8:30", ":"]);
  });

  it("of CoNLL-U are no token ranges, unless those are tagged", async () => {
    const format: CorpusFormat = { ...bioTsv, wordColumn: 1, indexColumn: 0 };
    const [example] = await read("1-2\tdel\t_\n1\tde\tO\n2\tel\tO\n2.1\tx\t-\n", {
      ...format,
      oddTags: "outside",
    });
    expect(example && wordTexts(example.doc)).toEqual(["de", "el"]);
    await expect(read("1-2\tdel\tB-x\n", format)).rejects.toThrow(/:1: a token range .* has a tag/);
  });
});

describe("faults of entries are told with their line", () => {
  it.each<[CorpusFormat["kind"] & string, CorpusFormat, string, RegExp]>([
    ["open-types", { kind: "open-types" }, "so\n[Ada] sings", /:2: a square bracket/],
    ["open-types", { kind: "open-types" }, "[Ada](x) ## absent: y, x", /:1: type "x" is absent and present/],
    ["tagged-lines", { kind: "tagged-lines" }, "Ada:B-x\nIda", /:2: no word:tag item/],
    ["tagged-lines", { kind: "tagged-lines" }, "Ada:E-x", /:1: "E-x" is no BIO tag/],
    ["pubtator", { kind: "pubtator" }, "7|a|so", /:1: a document starts with/],
    ["pubtator", { kind: "pubtator" }, "7|t|so\n8\t0\t2\tso\tX", /:2: expected a line of document 7/],
    ["pubtator", { kind: "pubtator" }, "7|t|so\n7\t0\t9\tso\tX", /:2: the "X" at 0-9 is outside/],
    [
      "gner",
      { kind: "gner" },
      '{"label_list":["x"],"instance":{"words":["a"],"labels":[]}}',
      /:1: 1 words but 0 tags/,
    ],
    [
      "docred",
      { kind: "docred" },
      '{"title":"t","sents":[["a"]],"vertexSet":[[{"type":"x","sent_id":1,"pos":[0,1]}]]}',
      /:1: a x at words 0-1 of sentence 1/,
    ],
    ["spert", { kind: "spert" }, '\n{"tokens":["a"]}', /:2: entities: /],
    [
      "conversations",
      { kind: "conversations" },
      '{"conversations":[{"from":"human","value":"so"},{"from":"gpt","value":"x"}]}',
      /does not start with "Text: "/,
    ],
    [
      "type-questions",
      { kind: "type-questions" },
      '{"tagName":"x","input":"a","output":"a"}',
      /output is no JSON list/,
    ],
    [
      "label-studio",
      { kind: "label-studio" },
      '{"data":{"a":"x","b":"y"},"annotations":[{"result":[]}]}',
      /expected data.text, or one text/,
    ],
    [
      "inline-types",
      { kind: "inline-types", column: "t", delimiter: "," },
      "t\n[x y]",
      /:2: a square bracket/,
    ],
    [
      "span-csv",
      { kind: "span-csv", textColumn: "t", spansColumn: "s", delimiter: "," },
      "t,s\na,b",
      /:2: the spans are no JSON/,
    ],
  ])("%s", async (_, format, text, message) => {
    await expect(read(text, format)).rejects.toThrow(FormatError);
    await expect(read(text, format)).rejects.toThrow(message);
  });
});

describe("brat folders", () => {
  const format: CorpusFormat = { kind: "brat" };

  async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
    const folder = await testFolder();
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    return folder;
  }

  it("are read in the order of their names; one file alone is read too", async () => {
    const folder = await folderOf({
      "b.txt": "Bonn",
      "b.ann": "T1\tX 0 4\tBonn\n",
      "a.txt": "so",
      "a.ann": "",
    });
    expect((await readAll(folder, format)).map(({ sourceId, gold }) => [sourceId, gold.length])).toEqual([
      ["a", 0],
      ["b", 1],
    ]);
    expect((await readAll(join(folder, "b.ann"), format)).map(({ sourceId }) => sourceId)).toEqual(["b"]);
  });

  it("keep the offsets of the line ends they were annotated with", async () => {
    const surfaces = async (start: number) => {
      const ann = `T1\tX ${start} ${start + 4}\tBonn\n`;
      const [example] = await readAll(await folderOf({ "a.txt": "so\r\n\r\nin Bonn", "a.ann": ann }), format);
      const word = example?.doc.words[example.gold[0]?.parts[0]?.start ?? 0];
      return [example?.doc.text.slice(word?.start, word?.end), example?.remarks];
    };
    expect(await surfaces(9)).toEqual(["Bonn", undefined]);
    expect(await surfaces(7)).toEqual(["Bonn", undefined]);
  });

  it("are refused with file and line", async () => {
    const broken = await folderOf({ "a.txt": "Bonn", "a.ann": "#1\tnote T1\tx\nT1\tX 0\tBonn\n" });
    await expect(readAll(broken, format)).rejects.toThrow(/a.ann:2: no annotation of brat/);
    const latin = await folderOf({ "a.txt": Buffer.from("so\ncaf\u00e9", "latin1"), "a.ann": "" });
    await expect(readAll(latin, format)).rejects.toThrow(/a.txt:2: not UTF-8/);
    await expect(readAll(await folderOf({ "a.txt": "so" }), format)).rejects.toThrow(InputError);
    await expect(readAll(await testFolder(), format)).rejects.toThrow(/holds no sentence/);
    const folder = await folderOf({ "a.txt": "so Bonn", "a.ann": "\nT1\tX 3 7\tBonn\n" });
    const refused = corpusFile(folder, format).collectLabels(labelNaming({ X: null }));
    await expect(refused).rejects.toThrow(/a.ann:2: label "X" is refused/);
  });

  it("build as other sources do, with a hash of all their files", async () => {
    const folder = await folderOf({ "a.txt": "so Bonn", "a.ann": "T1\tX 3 7\tBonn\n" });
    const plan = await testFile(
      "plan.yaml",
      `seed: 1\nform: t5\nsets: [{ name: a, files: { train: ${JSON.stringify(folder)} }, format: { kind: brat } }]\n`,
    );
    const out = await testFolder();
    const build = async () => {
      const manifest = await buildDataset(await readPlan(plan), out, { mode: "overwrite" });
      return manifest.sets[0]?.splits.train?.sources[0]?.sha256;
    };
    const first = await build();
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await readFile(join(out, "train.jsonl"), "utf8")).toContain('"so(O) Bonn(B-X)"');
    await writeFile(join(folder, "a.txt"), "in Bonn");
    expect(await build()).not.toBe(first);
  });
});
