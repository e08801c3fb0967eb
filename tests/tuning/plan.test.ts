import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { FormatError, InputError } from "../../src/core/errors.js";
import { planKeys, readPlan } from "../../src/tuning/plan.js";
import { testFile, testFolder } from "./support.js";

const smallest = `seed: 1
form: t5
sets:
  - name: a
    files: { train: a.tsv }
    format: { kind: columns }
`;

/** Twenty lists, each of ten of the one before. */
const aliasBomb = Array.from({ length: 20 }, (_, i) =>
  i === 0 ? "a0: &a0 [1]\n" : `a${i}: &a${i} [${new Array(10).fill(`*a${i - 1}`).join(", ")}]\n`,
).join("");

/** The keys of all mappings in a JSON schema. */
function keysOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([name, part]) => [
    ...(name === "properties" ? Object.keys(part) : []),
    ...keysOf(part),
  ]);
}

describe("plans", () => {
  it("have defaults for all but seed, form and sets", async () => {
    const file = await testFile("plan.yaml", smallest);
    expect(await readPlan(file)).toEqual({
      folder: dirname(file),
      seed: "1",
      form: "t5",
      schema: "bio",
      style: "gner",
      datasetLine: false,
      elseClass: false,
      sampling: { shuffle: true, absent: "all", foreign: 0 },
      regularisation: { dropLabels: 0, lowerCase: 0, emptyShare: 1 },
      heldOut: { splits: ["test"], files: [] },
      output: { compression: "none" },
      sets: [
        {
          name: "a",
          files: { train: "a.tsv" },
          labelNames: {},
          format: {
            kind: "columns",
            wordColumn: 0,
            tagColumn: -1,
            separator: "tab",
            scheme: "bio",
            comments: false,
            emptyWords: "refuse",
            layers: false,
            segmentDigit: false,
            oddTags: "refuse",
          },
        },
      ],
    });
  });

  it("have an example of every key", async () => {
    const examples = ["plan.yaml", "plan-mixture.yaml"].map(
      (name) => new URL(`../../examples/${name}`, import.meta.url),
    );
    for (const file of examples) expect((await readPlan(fileURLToPath(file))).sets.length).toBeGreaterThan(0);
    const texts = await Promise.all(examples.map((file) => readFile(file, "utf8")));
    const shown = new Set(texts.flatMap((text) => [...text.matchAll(/(\w+):(?=\s)/g)].map(([, key]) => key)));
    const keys = keysOf(z.toJSONSchema(planKeys, { io: "input", unrepresentable: "any" }));
    expect(keys.length).toBeGreaterThan(40);
    expect(keys.filter((key) => !shown.has(key))).toEqual([]);
  });

  it("take every format of corpora, with its settings", async () => {
    const formats: [string, unknown][] = [
      ["{ kind: gliner }", { kind: "gliner" }],
      ["{ kind: inline-types, column: t }", { kind: "inline-types", column: "t", delimiter: "," }],
      [
        "{ kind: span-csv, textColumn: t, spansColumn: s, delimiter: ; }",
        { kind: "span-csv", textColumn: "t", spansColumn: "s", delimiter: ";" },
      ],
      [
        "{ kind: columns, scheme: bioes, layers: true }",
        expect.objectContaining({ scheme: "bioes", layers: true }),
      ],
    ];
    for (const [written, read] of formats) {
      const plan = await readPlan(
        await testFile("plan.yaml", smallest.replace("{ kind: columns }", written)),
      );
      expect(plan.sets[0]?.format).toEqual(read);
    }
  });

  const faults: [string, string, RegExp][] = [
    ["an unknown format", smallest.replace("kind: columns", "kind: words"), /:6: sets\[0\].format.kind: /],
    [
      "a setting of another format",
      smallest.replace("columns }", "gliner, layers: true }"),
      /format.layers: unknown key$/,
    ],
    [
      "a format without its settings",
      smallest.replace("columns }", "inline-types }"),
      /:6: sets\[0\].format.column: /,
    ],
    ["an unknown key", `${smallest}sed: 2\n`, /:7: sed: unknown key$/],
    [
      "an unknown key inside",
      smallest.replace("kind: columns", "kind: columns, colour: 1"),
      /:6: sets\[0\].format.colour: unknown key$/,
    ],
    [
      "another value",
      smallest.replace("t5", "t6"),
      /:2: form: .*"t5"\|"llama"\|"gner"\|"chat"\|"prompt-completion"\|"alpaca"\|"sharegpt"/,
    ],
    ["a seed with a fraction", smallest.replace("1", "1.5"), /:1: seed: must be a whole number or text/],
    ["a missing key", smallest.replace("form: t5\n", ""), /form: /],
    ["no files", smallest.replace("train: a.tsv", ""), /:5: sets\[0\].files: names no file/],
    [
      "one column for both",
      smallest.replace("columns }", "columns, tagColumn: 0 }"),
      /:6: sets\[0\].format.tagColumn: must differ/,
    ],
    [
      "a name of two lines",
      smallest.replace("name: a", 'name: "a\\nb"'),
      /:4: sets\[0\].name: must be letters/,
    ],
    [
      "two sets of one name",
      smallest + smallest.slice(smallest.indexOf("  - name")),
      /:7: sets\[1\].name: names an earlier set/,
    ],
    [
      "elseClass in compact style",
      `${smallest}style: compact\nelseClass: true\n`,
      /:8: elseClass: goes with style gner/,
    ],
    [
      "a negative sample",
      `${smallest}sampling: { absent: -1 }\n`,
      /:7: sampling.absent: must be a whole number of 0 or more/,
    ],
    [
      "a sample in words",
      `${smallest}sampling: { absent: some }\n`,
      /:7: sampling.absent: must be "all", a whole number of 0 or more, or/,
    ],
    [
      "rows in words",
      smallest.replace("name: a", "name: a, rows: many").replace("- name: a,", "- name: a\n   "),
      /:5: sets\[0\].rows: must be a whole number/,
    ],
    ["a round without rows", `${smallest}    repeat: true\n`, /:7: sets\[0\].repeat: goes with rows/],
    ["a weight without a mixture", `${smallest}    weight: 2\n`, /:7: sets\[0\].weight: goes with mixture/],
    [
      "no weight",
      `${smallest}    weight: 0\nmixture: { rows: 5 }\n`,
      /:7: sets\[0\].weight: must be a number above 0/,
    ],
    [
      "a weight beside rows",
      `${smallest}    weight: 2\n    rows: 3\n  - { name: b, files: { train: b }, format: auto }\nmixture: { rows: 5 }\n`,
      /:7: sets\[0\].weight: goes with a train file and without rows/,
    ],
    [
      "a weight of a set without training",
      `${smallest}    weight: 2\n  - { name: b, files: { train: b }, format: auto }\nmixture: { rows: 5 }\n`.replace(
        "train: a.tsv",
        "test: a.tsv",
      ),
      /:7: sets\[0\].weight: goes with a train file and without rows/,
    ],
    [
      "a mixture of nothing",
      `${smallest}mixture: { rows: 5 }\n`.replace("train: a.tsv", "test: a.tsv"),
      /:7: mixture: no set has a part in it/,
    ],
    [
      "a list of nothing",
      smallest.replace("a.tsv", "[]"),
      /:5: sets\[0\].files.train: must be a path or a list/,
    ],
    [
      "a range upside down",
      `${smallest}sampling: { absent: { min: 3, max: 2 } }\n`,
      /:7: sampling.absent.*: /,
    ],
    [
      "no range",
      `${smallest}sampling: { foreign: [1, 2] }\n`,
      /:7: sampling.foreign: must be a whole number of 0 or more, or/,
    ],
    [
      "a chance above 1",
      `${smallest}regularisation: { lowerCase: 2 }\n`,
      /:7: regularisation.lowerCase: must be a number of 0 to 1/,
    ],
    [
      "a setting that a set cannot have",
      `${smallest}    regularisation: { seed: 2 }\n`,
      /:7: sets\[0\].regularisation.seed: unknown key/,
    ],
    ["limits without a tokenizer", `${smallest}tokens: { maxInput: 640 }\n`, /:7: tokens.tokenizer: /],
    ["training held out", `${smallest}heldOut: { splits: [train] }\n`, /:7: heldOut.splits\[0\]: /],
    [
      "a held out file without a name",
      `${smallest}heldOut: { files: [{ format: auto }] }\n`,
      /:7: heldOut.files\[0\].file: /,
    ],
    ["a repeated key", `${smallest}seed: 2\n`, /:7: .*unique/],
    ["no YAML", "seed: [1\nform", /plan.yaml:\d+: /],
    ["an alias of nothing", smallest.replace("seed: 1", "seed: *nope"), /plan.yaml: .*alias.*nope/],
    ["aliases that grow beyond all measure", `${aliasBomb}${smallest}`, /plan.yaml: .*alias/],
    ["a list", "- 1\n", /plan.yaml:1: /],
    ["nothing", "", /plan.yaml/],
  ];

  it.each(faults)("with %s are refused with line and path", async (_, text, message) => {
    const fault = readPlan(await testFile("plan.yaml", text));
    await expect(fault).rejects.toThrow(FormatError);
    await expect(fault).rejects.toThrow(message);
  });

  it("name the table of label names that is at fault", async () => {
    const plan = `${smallest}    labelNames: names.yaml\n`;
    const file = await testFile("plan.yaml", plan);
    await expect(readPlan(file)).rejects.toThrow(/no such table of label names: .*names.yaml/);
    await writeFile(join(dirname(file), "names.yaml"), "PER: person\nLOC: [place]\n");
    await expect(readPlan(file)).rejects.toThrow(/names.yaml:2: LOC: /);
  });

  it("may name files to hold out, with their format or without", async () => {
    const files = "[a.tsv, { file: b.txt, format: open-types }]";
    const plan = await readPlan(await testFile("plan.yaml", `${smallest}heldOut: { files: ${files} }\n`));
    expect(plan.heldOut).toEqual({
      splits: ["test"],
      files: [
        { file: "a.tsv", format: { kind: "auto" } },
        { file: "b.txt", format: { kind: "open-types" } },
      ],
    });
  });

  it("read the file of synonyms that they name", async () => {
    const file = await testFile("plan.yaml", `${smallest}synonyms: { file: other.yaml }\n`);
    await expect(readPlan(file)).rejects.toThrow(/no such file of synonyms: .*other.yaml/);
    const other = join(dirname(file), "other.yaml");
    await writeFile(other, "film: [movie]\nriver: { names: [stream], descriptions: [running water] }\n");
    expect((await readPlan(file)).synonyms).toEqual({
      probability: 0.5,
      descriptions: 0.2,
      table: {
        film: { names: ["movie"], descriptions: [] },
        river: { names: ["stream"], descriptions: ["running water"] },
      },
    });
    await writeFile(other, "film: [movie]\nriver: { name: stream }\n");
    await expect(readPlan(file)).rejects.toThrow(/other.yaml:2: river.name: unknown key/);
  });

  it("that cannot be read are named", async () => {
    const folder = await testFolder();
    await expect(readPlan(`${folder}/none.yaml`)).rejects.toThrow(InputError);
    await expect(readPlan(`${folder}/none.yaml`)).rejects.toThrow(/no such plan: .*none.yaml/);
    await expect(readPlan(folder)).rejects.toThrow(InputError);
    const latin = await testFile("plan.yaml", Buffer.from("seed: caf\u00e9", "latin1"));
    await expect(readPlan(latin)).rejects.toThrow(/not UTF-8/);
  });
});
