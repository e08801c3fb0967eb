/**
 * What each part of carrying generations back to words is worth, on generations with faults (the paper's Table 6).
 *
 *   node dist/bench/faults.js tokenizer.json ROWS.jsonl...
 *
 * ROWS are generations in the paper's own form with gold labels; the tokenizer is the one of the model that wrote them.
 * Prints a Markdown table per file: F1 in percent as the paper's evaluator counts and strictly by position. A row that
 * meets no condition of a method has no labels there. Repairs are switched off one at a time by changing the
 * generation so that there is nothing for them to do: the library has no such switches.
 */
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { z } from "zod";
import { addCounts, type Counts, noCounts } from "../eval/counts.js";
import { paperCounts, paperScores } from "../eval/paper.js";
import { strictCountsByLabel, strictScores } from "../eval/strict.js";
import { type BackTokenize, backTokenizer, noBackTokenization } from "../src/codecs/back-tokenize.js";
import { type BioTag, decodeBio } from "../src/codecs/bio.js";
import { labelSet } from "../src/codecs/label-set.js";
import { readGeneration } from "../src/codecs/read-generation.js";
import { type Repair, repairAlignment } from "../src/codecs/repair-alignment.js";
import { lenientLabels } from "../src/codecs/resolve-label.js";
import { restoreTags, restoreTagsAsPaper } from "../src/codecs/restore-tags.js";
import { parseWordLabels, writeWordLabels } from "../src/codecs/word-label.js";
import { InputError } from "../src/core/errors.js";
import { type AlignmentCondition, alignWords } from "../src/lcs/index.js";

const rowSchema = z
  .object({
    label_list: z.array(z.string()),
    instance: z.object({ words: z.array(z.string()), labels: z.array(z.string()) }),
    prediction: z.string(),
  })
  .transform(({ label_list, instance, prediction }) => ({
    words: instance.words,
    gold: instance.labels,
    labels: label_list,
    prediction,
  }));
type Row = z.infer<typeof rowSchema>;
type Item = Pick<ReturnType<typeof parseWordLabels>[number], "word" | "tag">;

const [tokenizerFile, ...files] = process.argv.slice(2);
if (tokenizerFile === undefined || files.length === 0) {
  throw new InputError("usage: faults.js tokenizer.json ROWS.jsonl...");
}
const backTokenize = backTokenizer(JSON.parse(readFileSync(tokenizerFile, "utf8")));

for (const file of files) {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const rows = lines.map((line) => rowSchema.parse(JSON.parse(line)));
  console.log(`\n${basename(file)}, ${rows.length} rows\n`);
  console.log("| method | paper F1 | strict F1 |\n|---|---:|---:|");
  const print = (name: string, tagsOf: (row: Row) => readonly BioTag[]) => {
    const { paper, strict } = scores(rows, tagsOf);
    console.log(`| ${name} | ${(100 * paper).toFixed(2)} | ${(100 * strict).toFixed(2)} |`);
  };
  print("the paper's method", (row) => asPaper(row, backTokenize, ["equal", "subsequence", "lcs"]));
  print("without back-tokenization", (row) =>
    asPaper(row, noBackTokenization, ["equal", "subsequence", "lcs"]),
  );
  print("without back-tokenization and LCS", (row) =>
    asPaper(row, noBackTokenization, ["equal", "subsequence"]),
  );
  print("without back-tokenization, LCS and subsequence", (row) =>
    asPaper(row, noBackTokenization, ["equal"]),
  );
  print("gner", (row) => repaired(row, row.prediction));
  print("gner without back-tokenization", (row) => repaired(row, row.prediction, noBackTokenization));
  print("gner without lenient reading", (row) => repaired(row, written(parseWordLabels(row.prediction))));
  print("gner without label repairs", (row) => repaired(row, written(withExactLabels(row))));
  for (const kind of ["near-word", "replaced-word", "split-word", "joined-words"] as const) {
    print(`gner without ${kind}`, (row) => repaired(row, written(withoutRepairable(row, kind))));
  }
  print("gner without filled-word", (row) => repaired(row, written(withLostWords(row))));
}

function scores(rows: readonly Row[], tagsOf: (row: Row) => readonly BioTag[]) {
  let paper: Counts = noCounts;
  let strict: Counts = noCounts;
  for (const row of rows) {
    const tags = tagsOf(row);
    paper = addCounts(paper, paperCounts(row.words, row.gold, tags));
    const byLabel = strictCountsByLabel(decodeBio(row.gold), decodeBio(tags));
    strict = [...byLabel].map(([, counts]) => counts).reduce(addCounts, strict);
  }
  return { paper: paperScores(paper).f1, strict: strictScores(strict).f1 };
}

function asPaper(row: Row, tokenize: BackTokenize, conditions: readonly AlignmentCondition[]): BioTag[] {
  const { tags, condition } = restoreTagsAsPaper(row.words, row.prediction, row.labels, tokenize);
  return conditions.includes(condition) ? [...tags] : tags.map(() => "O");
}

function repaired(row: Row, generation: string, tokenize = backTokenize): readonly BioTag[] {
  return restoreTags(row.words, generation, labelSet(row.labels), tokenize).tags;
}

function written(items: readonly Item[]): string {
  return writeWordLabels(
    items.map(({ word }) => word),
    items.map(({ tag }) => tag),
  );
}

/** The items, outside where the label is only near one that was asked for. */
function withExactLabels({ labels, prediction }: Row): Item[] {
  const resolve = lenientLabels(labelSet(labels), backTokenize);
  return readGeneration(prediction, labels).items.map(({ word, tag }) => {
    const isRepaired = tag !== "O" && resolve(tag.slice(2)).label !== tag.slice(2);
    return { word, tag: isRepaired ? "O" : tag };
  });
}

/** The items without those that a repair of this kind would pair: their source words are lost then. */
function withoutRepairable({ words, labels, prediction }: Row, kind: Repair["kind"]): Item[] {
  const { items } = readGeneration(prediction, labels);
  const source = backTokenize(words.map((word) => word.toLowerCase()));
  const generated = items.map(({ word }) => word.toLowerCase());
  const repairs = repairAlignment(source, generated, alignWords(source, generated).matches);
  const ofKind = repairs.filter((repair) => repair.kind === kind);
  return items.filter((_, j) => !ofKind.some((at) => at.generatedStart <= j && j < at.generatedEnd));
}

/** The items, and the lost words as outside any entity behind the items of the words before them. */
function withLostWords(row: Row): Item[] {
  const { items } = readGeneration(row.prediction, row.labels);
  const restored = restoreTags(row.words, row.prediction, labelSet(row.labels), backTokenize);
  const lostBehind = new Map<Item | null, Item[]>();
  let before: Item | null = null;
  for (const [i, item] of restored.items.entries()) {
    if (item !== null) {
      before = items.find(({ tagStart }) => tagStart === item.tagStart) ?? before;
      continue;
    }
    // As it is compared: so that it is found in its place.
    const word = backTokenize([(row.words[i] ?? "").toLowerCase()])[0] ?? "";
    if (word !== "") lostBehind.set(before, [...(lostBehind.get(before) ?? []), { word, tag: "O" }]);
  }
  const first = lostBehind.get(null) ?? [];
  return [...first, ...items.flatMap((item) => [item, ...(lostBehind.get(item) ?? [])])];
}
