import type { CorpusFormat } from "../../src/tuning/corpora/corpus.js";
import { bioTsv } from "./support.js";

/** Mentions as label and text, for each example. */
type Found = readonly (readonly (readonly [string, string])[])[];

/** A small file of one format. */
export interface ReaderCase {
  readonly name: string;
  readonly format: CorpusFormat;
  /** A line before all others, if the format has one. */
  readonly head?: string;
  readonly body: string;
  /** How many characters to take off the end so that the last entry is broken. */
  readonly cut: number;
  readonly found: Found;
}

/** What most of the files below hold; the emoji is one code point and two UTF-16 units. */
const ada = "Ada Lane sings in Bonn .";
const rain = "🎉 Rain in Köln .";
const both: Found = [
  [
    ["PER", "Ada Lane"],
    ["LOC", "Bonn"],
  ],
  [["LOC", "Köln"]],
];

function jsonl(...entries: readonly unknown[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
}

/** Spans of the two texts in code points; `koeln` may be given in another unit. */
const spans = (make: (start: number, end: number, label: string, text: string) => unknown, koeln = 10) => ({
  ada: [make(0, 8, "PER", "Ada Lane"), make(18, 22, "LOC", "Bonn")],
  rain: [make(koeln, koeln + 4, "LOC", "Köln")],
});

const triples = spans((start, end, label) => [start, end, label]);
const labelled = spans((start, end, label) => ({ start, end, label }));
const regions = spans(
  (start, end, label, text) => ({ type: "labels", value: { start, end, labels: [label], text } }),
  11,
);
const csvQuoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const words = { ada: ada.split(" "), rain: rain.split(" ") };
const turns = (text: string, asked: Readonly<Record<string, readonly string[]>>) => ({
  conversations: [
    { from: "human", value: `Text: ${text}` },
    { from: "gpt", value: "I have read it." },
    ...Object.entries(asked).flatMap(([type, answer]) => [
      { from: "human", value: `What describes ${type} in the text?` },
      { from: "gpt", value: JSON.stringify(answer) },
    ]),
  ],
});

const columns = (tags: readonly [readonly string[], readonly string[]], separator = "\t") =>
  [words.ada, words.rain]
    .map((sentence, i) => sentence.map((word, j) => `${word}${separator}${tags[i]?.[j]}\n`).join(""))
    .join("\n");

export const readerCases: readonly ReaderCase[] = [
  {
    name: "columns of BIO",
    format: bioTsv,
    body: `${columns([
      ["B-PER", "I-PER", "O", "O", "B-LOC", "O"],
      ["O", "O", "O", "B-LOC", "O"],
    ])}\n`,
    cut: 2,
    found: both,
  },
  {
    name: "columns of BIOES with a separator of its own",
    format: { ...bioTsv, scheme: "bioes", separator: "|||" },
    body: `${columns(
      [
        ["B-PER", "E-PER", "O", "O", "S-LOC", "O"],
        ["O", "O", "O", "S-LOC", "O"],
      ],
      "|||",
    )}\n`,
    cut: 3,
    found: both,
  },
  {
    name: "columns of bare labels",
    format: { ...bioTsv, scheme: "io" },
    body: `${columns([
      ["PER", "PER", "O", "O", "LOC", "O"],
      ["O", "O", "O", "LOC", "O"],
    ])}\n`,
    cut: 2,
    found: both,
  },
  {
    name: "columns of characters with segment digits",
    format: { ...bioTsv, segmentDigit: true },
    body: "安0\tB-PER\n娜1\tI-PER\n在0\tO\n\n波0\tB-LOC\n恩1\tI-LOC\n\n",
    cut: 7,
    found: [[["PER", "安娜"]], [["LOC", "波恩"]]],
  },
  {
    name: "columns with layers",
    format: { ...bioTsv, tagColumn: 1, layers: true },
    body: "Bonn\tB-LOC\tB-ORG\t\nUniversity\tO\tI-ORG\t\n\nrain\tO\tO\t\n\n",
    cut: 6,
    found: [
      [
        ["LOC", "Bonn"],
        ["ORG", "Bonn University"],
      ],
      [],
    ],
  },
  {
    name: "CoNLL-U",
    format: { ...bioTsv, wordColumn: 1, tagColumn: 2, indexColumn: 0, comments: true },
    body: "# newdoc id = d\n# sent_id = s1\n1-2\tAdas\tO\t-\n1\tAda\tB-PER\t-\n2\ts\tO\t-\n\n# sent_id = s2\n1\tBonn\tB-LOC\t-\n\n",
    cut: 6,
    found: [[["PER", "Ada"]], [["LOC", "Bonn"]]],
  },
  {
    name: "words and tags as CSV",
    format: { ...bioTsv, separator: "csv", scheme: "iob1", emptyWords: "boundary" },
    body: 'Ada,I-PER\n",",O\n,O\nBonn,I-LOC\n"""",O\n,O\n',
    cut: 6,
    found: [[["PER", "Ada"]], [["LOC", "Bonn"]]],
  },
  {
    name: "pubtator",
    format: { kind: "pubtator" },
    body: `7|t|Ada Lane\n7|a|sings in Bonn .\n7\t0\t8\tAda Lane\tPER\tx1\n7\t18\t22\tBonn\tLOC\n7\tCID\tx1\tx2\n\n8|t|${rain}\n8\t10\t14\tKöln\tLOC\n`,
    cut: 5,
    found: both,
  },
  {
    name: "spaCy",
    format: { kind: "spacy" },
    body: jsonl({ text: ada, entities: triples.ada }, { text: rain, ents: labelled.rain }),
    cut: 3,
    found: both,
  },
  {
    name: "spaCy pairs",
    format: { kind: "spacy" },
    head: "[\n",
    body: `[${JSON.stringify(ada)}, ${JSON.stringify({ entities: triples.ada })}],\n[${JSON.stringify(rain)}, ${JSON.stringify({ entities: triples.rain })}]\n]`,
    cut: 1,
    found: both,
  },
  {
    name: "spaCy span groups",
    format: { kind: "spacy" },
    body: jsonl({ text: ada, spans: { sc: labelled.ada } }, { text: rain, spans: { sc: labelled.rain } }),
    cut: 3,
    found: both,
  },
  {
    name: "Prodigy",
    format: { kind: "prodigy" },
    body: jsonl(
      { text: ada, spans: labelled.ada, answer: "accept" },
      { text: ada, spans: [], answer: "reject" },
      { text: rain, spans: labelled.rain, answer: "accept" },
    ),
    cut: 3,
    found: both,
  },
  {
    name: "doccano",
    format: { kind: "doccano" },
    body: jsonl({ id: 1, text: ada, label: triples.ada }, { id: 2, text: rain, labels: triples.rain }),
    cut: 3,
    found: both,
  },
  {
    name: "doccano with relations",
    format: { kind: "doccano" },
    body: jsonl(
      {
        id: 1,
        text: ada,
        entities: spans((start_offset, end_offset, label) => ({ id: 1, label, start_offset, end_offset }))
          .ada,
      },
      {
        id: 2,
        text: rain,
        entities: spans((start_offset, end_offset, label) => ({ id: 1, label, start_offset, end_offset }))
          .rain,
      },
    ),
    cut: 3,
    found: both,
  },
  {
    name: "Label Studio",
    format: { kind: "label-studio" },
    body: jsonl(
      {
        id: 1,
        data: { text: ada },
        annotations: [
          { was_cancelled: true, result: [] },
          { result: [...regions.ada, { type: "choices", value: { choices: ["a"] } }] },
        ],
      },
      { id: 2, data: { text: ada }, annotations: [] },
      { id: 3, data: { body: rain }, annotations: [{ result: regions.rain }] },
    ),
    cut: 3,
    found: both,
  },
  {
    name: "Label Studio JSON-MIN",
    format: { kind: "label-studio" },
    body: jsonl(
      { id: 1, text: ada, label: spans((start, end, label) => ({ start, end, labels: [label] })).ada },
      { id: 2, text: rain, label: spans((start, end, label) => ({ start, end, labels: [label] }), 11).rain },
    ),
    cut: 3,
    found: both,
  },
  {
    name: "conversations",
    format: { kind: "conversations" },
    body: jsonl(turns(ada, { PER: ["Ada Lane"], LOC: ["Bonn"], ORG: [] }), turns(rain, { LOC: ["Köln"] })),
    cut: 3,
    found: both,
  },
  {
    name: "InstructUIE",
    format: { kind: "instruct-uie" },
    body: jsonl(
      { sentence: ada, entities: spans((start, end, type, name) => ({ name, type, pos: [start, end] })).ada },
      { sentence: rain, entities: [{ name: "Köln", type: "LOC" }] },
    ),
    cut: 3,
    found: both,
  },
  {
    name: "GLiNER",
    format: { kind: "gliner" },
    body: jsonl(
      {
        tokenized_text: words.ada,
        ner: [
          [0, 1, "PER"],
          [4, 4, "LOC"],
        ],
      },
      { tokenized_text: words.rain, ner: [[3, 3, "LOC"]] },
    ),
    cut: 3,
    found: both,
  },
  {
    name: "SpERT",
    format: { kind: "spert" },
    body: jsonl(
      {
        tokens: words.ada,
        entities: [
          { type: "PER", start: 0, end: 2 },
          { type: "LOC", start: 4, end: 5 },
        ],
        relations: [],
      },
      { tokens: words.rain, entities: [{ type: "LOC", start: 3, end: 4 }], relations: [] },
    ),
    cut: 3,
    found: both,
  },
  {
    name: "DocRED",
    format: { kind: "docred" },
    body: jsonl(
      {
        title: "a",
        sents: [
          ["Ada", "Lane"],
          ["sings", "in", "Bonn", "."],
        ],
        vertexSet: [[{ type: "PER", sent_id: 0, pos: [0, 2] }], [{ type: "LOC", sent_id: 1, pos: [2, 3] }]],
      },
      { title: "b", sents: [words.rain], vertexSet: [[{ type: "LOC", sent_id: 0, pos: [3, 4] }]] },
    ),
    cut: 3,
    found: both,
  },
  {
    name: "GNER",
    format: { kind: "gner" },
    body: jsonl(
      {
        label_list: ["PER", "LOC"],
        instance: { id: 1, words: words.ada, labels: ["B-PER", "I-PER", "O", "O", "B-LOC", "O"] },
      },
      {
        label_list: ["PER", "LOC"],
        instance: { id: 2, words: words.rain, labels: ["O", "O", "O", "B-LOC", "O"] },
      },
    ),
    cut: 3,
    found: both,
  },
  {
    name: "token mentions",
    format: { kind: "token-mentions" },
    body: jsonl(
      {
        tokens: words.ada,
        entity_mentions: [
          { entity_type: "PER", start: 0, end: 2 },
          { entity_type: "LOC", start: 4, end: 5 },
        ],
      },
      { tokens: words.rain, entity_mentions: [{ entity_type: "LOC", start: 3, end: 4 }] },
    ),
    cut: 3,
    found: both,
  },
  {
    name: "Presidio",
    format: { kind: "presidio" },
    body: jsonl(
      {
        full_text: ada,
        spans: spans((start_position, end_position, entity_type) => ({
          entity_type,
          start_position,
          end_position,
        })).ada,
      },
      {
        full_text: rain,
        spans: spans((start_position, end_position, entity_type) => ({
          entity_type,
          start_position,
          end_position,
        })).rain,
      },
    ),
    cut: 3,
    found: both,
  },
  {
    name: "type questions",
    format: { kind: "type-questions" },
    body: jsonl(
      { tagName: "LOC", input: ada, output: '["Bonn"]' },
      { tagName: "ORG", input: rain, output: "[]" },
    ),
    cut: 3,
    found: [[["LOC", "Bonn"]], []],
  },
  {
    name: "open types",
    format: { kind: "open-types" },
    body: "[Ada Lane](PER) sings in [Bonn](LOC) . ## absent: dish, river\n🎉 Rain in [Köln](LOC)\n",
    cut: 3,
    found: both,
  },
  {
    name: "tagged lines",
    format: { kind: "tagged-lines" },
    body: "Ada:B-PER Lane:I-PER at:O 8:30:O in:O Bonn:B-LOC <=> say\n🎉:O in:O Köln:B-LOC\n",
    cut: 4,
    found: both,
  },
  {
    name: "inline types",
    format: { kind: "inline-types", column: "text", delimiter: ";" },
    head: "id;text\n",
    body: '1;[PER : Ada Lane] sings in [LOC : Bonn]\n2;"🎉 Rain\nin [LOC : Köln]"\n',
    cut: 3,
    found: both,
  },
  {
    name: "span CSV",
    format: { kind: "span-csv", textColumn: "text", spansColumn: "text_entities", delimiter: "," },
    head: "text,text_entities\n",
    body: [
      [ada, spans((start, end, type, entity) => ({ start, end, type, entity })).ada] as const,
      [rain.replace(" in ", "\nin "), labelled.rain] as const,
    ]
      .map(([text, found]) => `${csvQuoted(text)},${csvQuoted(JSON.stringify(found))}\n`)
      .join(""),
    cut: 3,
    found: both,
  },
];
