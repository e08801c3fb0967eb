import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { detectFormat } from "../../src/tuning/corpora/detect.js";
import type { CorpusFormat } from "../../src/tuning/corpora/formats.js";
import { convertCorpus } from "../../src/tuning/writers/convert.js";
import { missing, shared } from "../support/shared.js";
import { publishedCorpora } from "./published.js";
import { bioTsv, readAll, testFolder } from "./support.js";

const nestedColumns: CorpusFormat = { ...bioTsv, tagColumn: 1, layers: true };
const conllu: CorpusFormat = { ...bioTsv, wordColumn: 1, indexColumn: 0, comments: true };
const csvSpans: CorpusFormat = {
  kind: "span-csv",
  textColumn: "text",
  spansColumn: "entities",
  delimiter: ",",
};
const parquetTags: CorpusFormat = {
  kind: "parquet",
  rows: "tags",
  wordsColumn: "tokens",
  tagsColumn: "ner_tags",
  scheme: "bioes",
};
const parquetSpans: CorpusFormat = {
  kind: "parquet",
  rows: "spans",
  textColumn: "text",
  spansColumn: "entities",
};

/** Corpora of others, each through formats that hold all of it. */
const journeys: readonly (readonly [string, readonly CorpusFormat[]])[] = [
  [
    "crossner_ai/test.txt",
    [
      { kind: "gliner" },
      parquetTags,
      { kind: "gner" },
      { ...bioTsv, scheme: "iob1" },
      { kind: "spacy" },
      { kind: "presidio" },
    ],
  ],
  ["mit_movie/test.bio", [{ kind: "tagged-lines" }, { ...bioTsv, scheme: "bioes", separator: "csv" }]],
  ["conllpp/test.txt", [conllu, { kind: "docred" }, { kind: "label-studio" }]],
  [
    "genia_nested/dev.jsonlines",
    [nestedColumns, { kind: "spert" }, { kind: "token-mentions" }, parquetSpans],
  ],
  ["pgxcorpus_nested/all", [{ kind: "brat" }]],
  ["tasteset/all.csv.gz", [{ kind: "prodigy" }, { kind: "presidio" }, csvSpans]],
  [
    "hwu64/test.csv",
    [
      { kind: "open-types" },
      { kind: "inline-types", column: "text", delimiter: ";" },
      { kind: "instruct-uie" },
    ],
  ],
  ["litbank_nested/all.tsv.gz", [nestedColumns, { kind: "doccano" }]],
  ["redocred/dev.json.gz", [{ kind: "gliner" }, { kind: "pubtator" }]],
  ["snips/test.txt", [parquetTags, { kind: "spacy" }]],
];

describe("published corpora keep all their mentions", () => {
  it.for(journeys)("%s", { timeout: 120_000 }, async ([path, formats], { skip }) => {
    skip(missing(`data/${path}`));
    const known = publishedCorpora.find(([name]) => name === path);
    if (known === undefined) throw new Error(`${path} is not among the published corpora`);
    const [, format, sentences, mentions] = known;
    const folder = await testFolder();
    const original = await readAll(shared(`data/${path}`), format);
    let input = shared(`data/${path}`);
    let from = format;
    for (const [i, to] of formats.entries()) {
      const output = join(folder, String(i));
      const { losses, ...counts } = await convertCorpus({
        input,
        from,
        output,
        to,
        lossy: false,
        overwrite: false,
      });
      expect(counts).toMatchObject({
        documents: { read: sentences, written: sentences },
        mentions: { read: mentions, written: mentions },
      });
      expect(losses.filter(({ isGrave }) => isGrave)).toEqual([]);
      input = output;
      from = to;
    }
    const last = await readAll(input, from);
    expect(last.map(surfaces)).toEqual(original.map(surfaces));
    expect((await detectFormat(input, from.kind)).format.kind).toBe(from.kind);
  });
});

function surfaces({ doc: { text, words }, gold }: Awaited<ReturnType<typeof readAll>>[number]) {
  const found = gold.map(({ label, parts }) =>
    JSON.stringify([
      label,
      ...parts.map(({ start, end }) => text.slice(words[start]?.start, words[end - 1]?.end)),
    ]),
  );
  return { text, found: found.sort() };
}
