import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeBio } from "../../src/codecs/bio.js";
import { parseWordLabels } from "../../src/codecs/word-label.js";
import type { Entity, Example } from "../../src/core/document.js";
import { documentOfWords, flatEntity, wordTexts } from "../../src/core/document.js";
import { InputError } from "../../src/core/errors.js";
import { HeldOutTexts } from "../../src/tuning/held-out-texts.js";
import { openSet } from "../../src/tuning/open-set.js";
import type { Plan } from "../../src/tuning/plan.js";
import { readPlan } from "../../src/tuning/plan.js";
import { Random } from "../../src/tuning/random.js";
import { dropLabels } from "../../src/tuning/regularisation/drop-labels.js";
import { inLowerCase } from "../../src/tuning/regularisation/lower-case.js";
import { halves } from "../../src/tuning/regularisation/sentence-parts.js";
import { Synonyms } from "../../src/tuning/regularisation/synonyms.js";
import type { BuiltRow, MadeRow } from "../../src/tuning/row-maker.js";
import { drawExamples, RowMaker } from "../../src/tuning/row-maker.js";
import { everySentence } from "../../src/tuning/selection.js";
import { plannedRows } from "./planned-rows.js";
import { testFolder } from "./support.js";

const tokenizer = fileURLToPath(new URL("../../models/builtin/tokenizer.json", import.meta.url));

/** A plan of open-types lines, with further keys. */
async function planOf(
  lines: readonly string[],
  keys: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Plan> {
  const folder = await testFolder();
  await writeFile(join(folder, "o.txt"), lines.join("\n"));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await writeFile(
    join(folder, "plan.yaml"),
    `seed: 3\nform: t5\nstyle: compact\n${keys}\nsets:\n  - name: o\n    files: { train: o.txt, dev: o.txt }\n    format: open-types\n    labelSet: closed\n`,
  );
  return readPlan(join(folder, "plan.yaml"));
}

const sentence = "[Ada](person) of [Bonn](city) played [the oud](instrument) on the [Rhine](river)";
const many = Array.from({ length: 200 }, () => sentence);

function built(made: readonly MadeRow[]): BuiltRow[] {
  return made.map((row) => ("row" in row ? row : expect.unreachable(row.refused)));
}

function asked({ row }: BuiltRow): string[] {
  if (!("target" in row)) return expect.unreachable("a t5 row has an input");
  return row.input.split("\n", 1).join("").split(" ; ");
}

function found({ row }: BuiltRow): Entity[] {
  if (!("target" in row)) return expect.unreachable("a t5 row has a target");
  return decodeBio(parseWordLabels(row.target).map(({ tag }) => tag));
}

const all = ["city", "instrument", "person", "river"];

describe("label dropping", () => {
  const labelled = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 6 }).map(
    (labels): Example => ({
      doc: documentOfWords("x", ["none", ...labels]),
      labels: ["a", "b", "c"],
      gold: labels.map((label, i) => flatEntity(label, i + 1, i + 2)),
    }),
  );

  it("keeps at least one label, and all mentions of those that it keeps", () => {
    fc.assert(
      fc.property(labelled, fc.string(), (example, seed) => {
        const dropped = dropLabels(example, 1, new Random(seed));
        const present = new Set(example.gold.map(({ label }) => label));
        expect(dropped.labels.length).toBeLessThan(Math.max(1, present.size));
        if (present.size > 1) expect(dropped.labels.length).toBeGreaterThan(0);
        const isDropped = ({ label }: Entity) => dropped.labels.includes(label);
        expect(dropped.mentions).toEqual(example.gold.filter(isDropped));
        expect(dropped.example.gold).toEqual(example.gold.filter((entity) => !isDropped(entity)));
        expect(dropLabels(example, 0, new Random(seed)).example).toBe(example);
      }),
    );
  });

  it("makes training rows without the dropped labels, at its rate, and says so", async () => {
    const plan = await planOf(many, "regularisation: { dropLabels: 0.5 }");
    const rows = built(await plannedRows(plan));
    const short = rows.filter(({ changes }) => changes.droppedLabels > 0);
    expect(Math.abs(short.length - 100)).toBeLessThan(36);
    expect(new Set(short.map((row) => asked(row).length))).toEqual(new Set([1, 2, 3]));
    for (const row of rows) {
      const labels = asked(row);
      expect(labels.length + row.changes.droppedLabels).toBe(4);
      expect(
        found(row)
          .map(({ label }) => label)
          .toSorted(),
      ).toEqual(labels.toSorted());
      expect(row.changes.droppedMentions).toBe(row.changes.droppedLabels);
    }
    expect(built(await plannedRows(plan, "dev")).every((row) => asked(row).length === 4)).toBe(true);
  });
});

describe("lower case", () => {
  it("keeps words and mentions in place, also where a letter grows", () => {
    const example: Example = {
      doc: documentOfWords("x", ["In", "İzmir", "NOW"]),
      labels: ["city"],
      gold: [flatEntity("city", 1, 2)],
    };
    const lower = inLowerCase(example);
    expect(wordTexts(lower.doc)).toEqual(["in", "i̇zmir", "now"]);
    expect(lower.gold).toEqual(example.gold);
  });

  it("comes at its rate, in training only", async () => {
    const plan = await planOf(many, "regularisation: { lowerCase: 0.5 }");
    const rows = built(await plannedRows(plan));
    const lower = rows.filter(({ changes }) => changes.lowerCased === 1);
    expect(Math.abs(lower.length - 100)).toBeLessThan(36);
    for (const { row, changes } of rows) {
      expect(JSON.stringify(row).includes("bonn")).toBe(changes.lowerCased === 1);
    }
    expect(built(await plannedRows(plan, "dev")).some(({ changes }) => changes.lowerCased > 0)).toBe(false);
  });
});

describe("sentences without mentions", () => {
  it("are kept at their share in training; the others are passed over and counted", async () => {
    const lines = [...many, ...Array.from({ length: 300 }, () => "nothing to see here ## absent: city")];
    const plan = await planOf(lines, "regularisation: { emptyShare: 0.2 }");
    const rows = await plannedRows(plan);
    const empty = rows.length - 200;
    expect(Math.abs(empty - 60)).toBeLessThan(35);
    expect((await plannedRows(plan, "dev")).length).toBe(500);
    const [set] = plan.sets;
    if (set === undefined) return expect.unreachable("the plan has a set");
    const open = await openSet(plan, set, undefined);
    let passed = 0;
    for await (const draw of drawExamples(plan, open, "train", new HeldOutTexts(), everySentence, () => {})) {
      if (draw.passedOver === "empty") passed++;
    }
    expect(passed).toBe(300 - empty);
    // A number of rows is drawn from what is kept.
    const drawn = await plannedRows({ ...plan, sets: [{ ...set, rows: 200 + empty }] });
    expect(drawn).toEqual(rows);
    expect((await plannedRows({ ...plan, sets: [{ ...set, rows: 210 }] })).length).toBe(210);
  });
});

describe("synonyms", () => {
  const table = {
    film: { names: ["movie", "picture", "river"], descriptions: ["a work of cinema"] },
    River: { names: ["stream"], descriptions: [] },
    song: { names: [], descriptions: ["music with words (sung)"] },
  };

  it("are distinct, in any case of letters, and never what another label or a taken word is", () => {
    const labels = fc.subarray(["film", "river", "song", "Stream", "town"]);
    fc.assert(
      fc.property(labels, fc.subarray(["movie", "PICTURE"]), fc.string(), (given, taken, seed) => {
        const synonyms = new Synonyms(table, { probability: 1, descriptions: 0.5 });
        const drawn = synonyms.draw(given, taken, new Random(seed));
        const shown = given.map((label) => drawn.get(label) ?? label);
        expect(new Set(shown.map((label) => label.toLowerCase())).size).toBe(given.length);
        expect(shown.some((label) => taken.includes(label))).toBe(false);
        expect(drawn.has("town")).toBe(false);
        if (given.includes("song")) expect(drawn.get("song")).toBe("music with words sung");
      }),
    );
  });

  it("stand in prompt and target of training rows alike", async () => {
    const files = {
      "synonyms.yaml": "city: [town]\nriver: { names: [stream], descriptions: [running water] }\n",
    };
    const plan = await planOf(
      many,
      "synonyms: { file: synonyms.yaml, probability: 0.5, descriptions: 0.5 }",
      files,
    );
    const rows = built(await plannedRows(plan));
    for (const row of rows) {
      expect(
        found(row)
          .map(({ label }) => label)
          .toSorted(),
      ).toEqual(asked(row).toSorted());
      expect(row.gold.map(({ label }) => label).toSorted()).toEqual(all);
      expect(row.changes.reworded).toBe(asked(row).filter((label) => !all.includes(label)).length);
    }
    expect(new Set(rows.flatMap(asked))).toEqual(new Set([...all, "town", "stream", "running water"]));
    expect(new Set(built(await plannedRows(plan, "dev")).flatMap(asked))).toEqual(new Set(all));
  });

  it("are none that may be said for another label too", () => {
    const both = {
      city: { names: ["municipality", "place"], descriptions: [] },
      town: { names: ["Municipality", "borough"], descriptions: [] },
    };
    const synonyms = new Synonyms(both, { probability: 1, descriptions: 0 });
    const drawn = (labels: readonly string[], taken: readonly string[]) =>
      Array.from({ length: 50 }, (_, seed) => synonyms.draw(labels, taken, new Random(seed)).get("city"));
    expect(new Set(drawn(["city"], []))).toEqual(new Set(["municipality", "place"]));
    expect(new Set(drawn(["city", "Town"], []))).toEqual(new Set(["place"]));
    expect(new Set(drawn(["city"], ["town"]))).toEqual(new Set(["place"]));
  });

  it("are no foreign labels beside a mention of what they mean, be it dropped", async () => {
    const others = "[Bern](municipality) [Oslo](town) [Jo](human) [Elbe](water)";
    const files = {
      "synonyms.yaml": "city: [place, Municipality]\ntown: [place]\nhuman: [person]\n",
      "others.txt": others,
    };
    const plan = await planOf(
      Array.from({ length: 40 }, () => "[Ada](person) of [Bonn](city)"),
      "synonyms: { file: synonyms.yaml, probability: 0 }\nsampling: { foreign: 9 }\nregularisation: { dropLabels: 0.5 }",
      files,
    );
    const [set] = plan.sets;
    if (set === undefined) return expect.unreachable();
    const other = { ...set, name: "others", files: { train: "others.txt" } };
    const rows = built(await plannedRows({ ...plan, sets: [set, other] }));
    const own = rows.filter(({ id }) => id.startsWith("o-"));
    expect(new Set(own.flatMap(asked))).toEqual(new Set(["city", "person", "water"]));
    expect(own.filter(({ changes }) => changes.droppedLabels === 1).length).toBeGreaterThan(0);
  });

  it("that cannot stand in a prompt are refused", () => {
    const wrong = { film: { names: ["()"], descriptions: [] } };
    expect(() => new Synonyms(wrong, { probability: 1, descriptions: 0 })).toThrow(InputError);
  });
});

describe("parts of sentences", () => {
  const spans = fc.array(fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 12 }), fc.constantFrom("a", "b")), {
    maxLength: 5,
  });

  it("hold all words and mentions, and cut none", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), spans, (count, given) => {
        const words = Array.from({ length: count }, (_, i) => `w${i}`);
        const gold = given
          .map(([start, length, label]) => flatEntity(label, start, start + length))
          .filter(({ parts }) => parts.every(({ end }) => end <= count));
        const example: Example = { doc: documentOfWords("x", words), labels: ["a", "b"], gold };
        const cut = halves(example);
        if (cut === null) return;
        const [left, right] = cut;
        expect([...wordTexts(left.doc), ...wordTexts(right.doc)]).toEqual(words);
        expect(Math.min(left.doc.words.length, right.doc.words.length)).toBeGreaterThan(0);
        const texts = (part: Example) =>
          part.gold.map(({ label, parts }) =>
            [label, ...parts.flatMap(({ start, end }) => wordTexts(part.doc).slice(start, end))].join(" "),
          );
        expect([...texts(left), ...texts(right)].toSorted()).toEqual(texts(example).toSorted());
      }),
    );
  });

  it("do not exist where a mention, with its gaps, covers every place to cut", () => {
    const doc = documentOfWords("x", ["a", "b", "c"]);
    const parts = [
      { start: 0, end: 1 },
      { start: 2, end: 3 },
    ];
    expect(halves({ doc, labels: ["l"], gold: [{ label: "l", parts }] })).toBe(null);
    expect(halves({ doc: documentOfWords("x", ["a"]), labels: [], gold: [] })).toBe(null);
  });

  it("are rows within the limits, each with its place in the sentence", async () => {
    const long = [sentence, sentence, sentence].join(" and then ");
    const plan = await planOf(
      [long, "short"],
      `tokens: { tokenizer: ${tokenizer}, maxInput: 30, maxTarget: 60 }`,
    );
    for (const split of ["train", "dev"] as const) {
      const rows = built(await plannedRows(plan, split));
      const parts = rows.slice(0, -1);
      expect(parts.length).toBeGreaterThan(2);
      expect(parts.map(({ id }) => id)).toEqual(parts.map((_, i) => `o-${split}-0-part-${i}`));
      for (const [subpart, { row }] of parts.entries()) {
        expect(row).toMatchObject({ subpart, subparts: parts.length });
      }
      expect(parts.flatMap(({ gold }) => gold).length).toBe(12);
      expect(rows.every(({ tokens }) => tokens !== null && tokens.input <= 30 && tokens.target <= 60)).toBe(
        true,
      );
      // All rows of a file have the same keys.
      expect(rows.at(-1)?.row).toMatchObject({ subpart: 0, subparts: 1 });
      const words = parts.flatMap(({ row }) =>
        "target" in row ? parseWordLabels(row.target).map(({ word }) => word) : [],
      );
      expect(words.join(" ")).toBe(long.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
    }
  });

  it("alone are refused for mentions that overlap, not the whole of a long text", () => {
    const words = Array.from({ length: 80 }, (_, i) => `word${i}`);
    const example = {
      doc: documentOfWords("o-train-0", words),
      labels: ["a", "b"],
      gold: [flatEntity("a", 0, 2), flatEntity("b", 1, 3), flatEntity("a", 70, 71)],
      line: 1,
    };
    const open = {
      name: "o",
      maxRows: Infinity,
      labels: ["a", "b"],
      namedLabels: ["a", "b"],
      hasOpenTypes: false,
      nameLabel: (label: string) => label,
      sources: new Map(),
    };
    return planOf([sentence], `tokens: { tokenizer: ${tokenizer}, maxInput: 60 }`).then((plan) => {
      const rows = new RowMaker(plan, [open]).rows(open, "train", { example, index: 0, round: 0 });
      expect(rows.length).toBeGreaterThan(2);
      expect(rows.map((row) => "refused" in row)).toEqual(rows.map((_, i) => i === 0));
    });
  });

  it("that are still too long are refused, and say by what", async () => {
    const plan = await planOf([sentence], `tokens: { tokenizer: ${tokenizer}, maxTarget: 5 }`);
    expect(await plannedRows(plan)).toContainEqual({
      id: expect.stringMatching(/^o-train-0-part-\d$/),
      refused: expect.stringMatching(/^the target has \d+ tokens, at most 5 are allowed, and cannot be cut/),
    });
  });

  it("need a tokenizer that can be read", async () => {
    const plan = await planOf([sentence], "tokens: { tokenizer: o.txt }");
    await expect(plannedRows(plan)).rejects.toThrow(/o.txt: not JSON/);
    const other = await planOf([sentence], "tokens: { tokenizer: x.json }", { "x.json": "{}" });
    await expect(plannedRows(other)).rejects.toThrow(/x.json: not a tokenizer.json that can be used/);
    const none = await planOf([sentence], "tokens: { tokenizer: none.json }");
    await expect(plannedRows(none)).rejects.toThrow(/the tokenizer .*none.json cannot be read/);
  });
});

it("a row does not depend on which rows were made before it, whatever is random about it", async () => {
  const files = { "synonyms.yaml": "city: [town]\n" };
  const keys = `sampling: { absent: { min: 0, max: 2 } }
regularisation: { dropLabels: 0.5, lowerCase: 0.3, emptyShare: 0.5 }
synonyms: { file: synonyms.yaml }
tokens: { tokenizer: ${tokenizer}, maxTarget: 40 }`;
  const plan = await planOf([...many, "nothing", "to see"], keys, files);
  const rows = await plannedRows(plan);
  const sets = await Promise.all(plan.sets.map((set) => openSet(plan, set, undefined)));
  const backwards: MadeRow[] = [];
  const maker = new RowMaker(plan, sets);
  for (const set of sets) {
    const draws = [];
    for await (const draw of drawExamples(plan, set, "train", new HeldOutTexts(), everySentence, () => {}))
      if (draw.isDrawn) draws.push(draw);
    for (const draw of draws.toReversed()) backwards.unshift(...maker.rows(set, "train", draw));
  }
  expect(backwards).toEqual(rows);
});

it("a set's own settings go before the plan's", async () => {
  const plan = await planOf(many, "sampling: { shuffle: false }\nregularisation: { lowerCase: 1 }");
  const [set] = plan.sets;
  if (set === undefined) return expect.unreachable("the plan has a set");
  const own = { ...set, sampling: { maxLabels: 1 }, regularisation: { lowerCase: 0 } };
  const rows = built(await plannedRows({ ...plan, sets: [own] }));
  expect(asked(rows[0] ?? expect.unreachable("there are rows"))).toEqual(all);
  expect(rows.some(({ changes }) => changes.lowerCased > 0)).toBe(false);
});
