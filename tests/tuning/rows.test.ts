import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBio } from "../../src/codecs/bio.js";
import { parseWordLabels } from "../../src/codecs/word-label.js";
import type { Example } from "../../src/core/document.js";
import { documentOfWords, flatEntity } from "../../src/core/document.js";
import type { InstructionSettings } from "../../src/tuning/instruction.js";
import { instructionOf } from "../../src/tuning/instruction.js";
import type { Row, RowForm } from "../../src/tuning/rows.js";
import { rowForms, rowOf, withSubpart } from "../../src/tuning/rows.js";

interface RowSettings extends InstructionSettings {
  readonly form: RowForm;
}

const t5: RowSettings = { form: "t5", schema: "bio", style: "gner", datasetLine: false, elseClass: false };
const labels = ["person", "programming language"];

function buildRow(
  example: Example,
  asked: readonly string[],
  dataset: string,
  settings: RowSettings,
): { row: Row } | { refused: string } {
  const result = instructionOf(example, asked, { dataset, split: "train" }, settings);
  return "refused" in result ? result : { row: rowOf(settings.form, result) };
}

const written: Example = {
  doc: documentOfWords("demo-train-0", ["Ada", "Lane", "likes", "Rust", "."]),
  labels,
  gold: [flatEntity("person", 0, 2), flatEntity("programming language", 3, 4)],
};

const target = "Ada(B-person) Lane(I-person) likes(O) Rust(B-programming language) .(O)";

function instruction(tags: string, dataset = ""): string {
  return `Please analyze the sentence provided, identifying the type of entity for each word on a token-by-token basis.
Output format is: word_1(label_1), word_2(label_2), ...
We'll use the BIO-format to label the entities, where:
1. B- (Begin) indicates the start of a named entity.
2. I- (Inside) is used for words within a named entity but are not the first word.
3. O (Outside) denotes words that are not part of a named entity.

Use the specific entity tags: ${tags} and O.
${dataset}Sentence: Ada Lane likes Rust .`;
}

describe("rows", () => {
  it("of form t5 hold the paper's prompt and target, byte for byte", () => {
    expect(buildRow(written, labels, "demo", t5)).toEqual({
      row: { id: "demo-train-0", input: instruction("person, programming language"), target },
    });
  });

  it("can name the data set and the else class", () => {
    const settings = { ...t5, datasetLine: true, elseClass: true };
    expect(buildRow(written, ["dish", "person"], "demo", settings)).toEqual({
      row: { id: "demo-train-0", input: instruction("dish, person, else", "Dataset: demo.\n"), target },
    });
  });

  it("of form llama join to the whole instruction", () => {
    expect(buildRow(written, labels, "demo", { ...t5, form: "llama" })).toEqual({
      row: {
        id: "demo-train-0",
        prompt: `[INST] ${instruction("person, programming language")} [/INST]`,
        completion: ` ${target}`,
      },
    });
  });

  it("of form gner hold words, tags and texts as the released code has them", () => {
    const settings = { ...t5, form: "gner", elseClass: true } as const;
    expect(buildRow(written, ["dish", "person"], "demo", settings)).toEqual({
      row: {
        dataset: "demo",
        split: "train",
        label_list: ["dish", "person", "else"],
        instance: {
          id: "demo-train-0",
          words: ["Ada", "Lane", "likes", "Rust", "."],
          labels: ["B-person", "I-person", "O", "B-programming language", "O"],
          instruction_inputs: instruction("dish, person, else"),
          prompt_labels: target,
        },
      },
    });
  });

  it.each(rowForms)("of form %s hold the whole prompt and target", (form) => {
    for (const style of ["gner", "compact"] as const) {
      const result = buildRow(written, labels, "demo", { ...t5, form, style });
      const plain = buildRow(written, labels, "demo", { ...t5, style });
      if ("refused" in result || "refused" in plain) return expect.unreachable("neither is refused");
      expect(textsOf(result.row)).toEqual(textsOf(plain.row));
    }
  });

  it("say which part of a sentence they are, but for forms of others without such a key", () => {
    for (const form of rowForms) {
      const result = buildRow(written, labels, "demo", { ...t5, form });
      if ("refused" in result) return expect.unreachable("it is not refused");
      const part = { subpart: 1, subparts: 3 };
      const isOpen = form !== "chat" && form !== "gner";
      expect(withSubpart(form, result.row, part)).toEqual(isOpen ? { ...result.row, ...part } : result.row);
    }
  });

  it("of style compact have labels on one line and words on the next", () => {
    expect(buildRow(written, labels, "demo", { ...t5, style: "compact" })).toEqual({
      row: { id: "demo-train-0", input: "person ; programming language\nAda Lane likes Rust .", target },
    });
  });

  it("read back to their gold, or are refused", () => {
    const word = fc.oneof(
      fc.string({ unit: "grapheme", minLength: 1, maxLength: 6 }),
      fc.constantFrom("(O)", "x(O)", "(B-", "(I-a)", ")", "(", "a\u00a0b", "\u00a0", " x", "(B-a"),
    );
    const label = fc.constantFrom("a", "b c", "B-d");
    const items = fc.array(fc.tuple(word, fc.option(label)), { minLength: 1, maxLength: 8 });
    let refused = 0;
    fc.assert(
      fc.property(items, fc.constantFrom("gner" as const, "compact" as const), (tagged, style) => {
        const words = tagged.map(([text]) => text);
        const gold = tagged.flatMap(([, name], i) => (name === null ? [] : [flatEntity(name, i, i + 1)]));
        const example: Example = { doc: documentOfWords("x", words), labels: ["a", "b c", "B-d"], gold };
        const result = buildRow(example, example.labels, "x", { ...t5, style });
        if ("refused" in result) {
          refused++;
          expect(words.some((text) => /[(\s\p{C}]/u.test(text))).toBe(true);
        } else if ("target" in result.row) {
          const parsed = parseWordLabels(result.row.target);
          expect(parsed.map((item) => item.word)).toEqual(words);
          expect(decodeBio(parsed.map(({ tag }) => tag))).toEqual(gold);
        } else {
          expect.unreachable("a t5 row has a target");
        }
      }),
      { numRuns: 500 },
    );
    expect(refused).toBeGreaterThan(0);
  });

  const refusals: [string, Example, RegExp, Partial<RowSettings>?][] = [
    ["a word that holds a tag", plain("so", "(O)"), /^word 1 "\(O\)" does not read back/],
    ["a word that opens a tag", plain("x(B-", "y"), /^word 0 "x\(B-" does not read back/],
    ["a word with white space at its end", plain("so", "x\u00a0"), /^word 1 .* does not read back/],
    [
      "white space in a word of a compact row",
      plain("a\u00a0b"),
      /^word 0 .* white space/,
      { style: "compact" },
    ],
    [
      "mentions that overlap",
      { ...written, gold: [flatEntity("a", 0, 2), flatEntity("b", 1, 3)] },
      /overlap/,
    ],
    [
      "a mention of two parts",
      {
        ...written,
        gold: [
          {
            label: "a",
            parts: [
              { start: 0, end: 1 },
              { start: 2, end: 3 },
            ],
          },
        ],
      },
      /2 parts/,
    ],
  ];

  it.each(refusals)("refuse %s", (_, example, reason, settings = {}) => {
    expect(buildRow(example, labels, "x", { ...t5, ...settings })).toEqual({
      refused: expect.stringMatching(reason),
    });
  });
});

function plain(...words: readonly string[]): Example {
  return { doc: documentOfWords("x", words), labels, gold: [] };
}

/** Prompt and target, as the training program of each form puts them together. */
function textsOf(row: Row): [string, string] {
  if ("target" in row) return [row.input, row.target];
  if ("instance" in row) return [row.instance.instruction_inputs, row.instance.prompt_labels];
  if ("messages" in row) return [row.messages[0].content, row.messages[1].content];
  if ("conversations" in row) return [row.conversations[0].value, row.conversations[1].value];
  if ("output" in row) return [`${row.instruction}\n${row.input}`, row.output];
  return [row.prompt.replace(/^\[INST\] | \[\/INST\]$|\n$/g, ""), row.completion.replace(/^ /, "")];
}
