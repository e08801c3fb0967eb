import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseWordLabels } from "../../src/codecs/word-label.js";
import type { Document } from "../../src/core/document.js";
import { documentOfWords } from "../../src/core/document.js";
import { Bitmap } from "../../src/tuning/bitmap.js";
import { drawDistinct } from "../../src/tuning/draw-distinct.js";
import { HeldOutTexts } from "../../src/tuning/held-out-texts.js";
import { openSet } from "../../src/tuning/open-set.js";
import { type PlanSet, readPlan } from "../../src/tuning/plan.js";
import { Random } from "../../src/tuning/random.js";
import type { MadeRow } from "../../src/tuning/row-maker.js";
import { rowTarget, type Selection, selectRows } from "../../src/tuning/selection.js";
import { plannedRows } from "./planned-rows.js";
import { testFolder } from "./support.js";
import { workplace } from "./workplace.js";

function bitmapOf(numbers: readonly number[]): Bitmap {
  const bitmap = new Bitmap();
  for (const number of numbers) bitmap.add(number);
  return bitmap;
}

function chosen(selection: Selection, eligible: readonly number[]): number[][] {
  return selection.map((round) => eligible.filter((index) => round === "all" || round.has(index)));
}

const someNumbers = fc
  .uniqueArray(fc.nat(20_000), { maxLength: 40 })
  .map((list) => list.toSorted((a, b) => a - b));

describe("bitmaps", () => {
  it("hold what was added", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50_000)), fc.nat(60_000), (numbers, other) => {
        const bitmap = bitmapOf(numbers);
        expect(bitmap.count).toBe(new Set(numbers).size);
        expect(numbers.every((number) => bitmap.has(number))).toBe(true);
        expect(bitmap.has(other)).toBe(numbers.includes(other));
      }),
    );
  });
});

describe("selected rows", () => {
  it("are as many as wanted, of those that may be rows, each once a round", () => {
    fc.assert(
      fc.property(someNumbers, fc.nat(150), fc.boolean(), fc.string(), (eligible, rows, repeat, seed) => {
        const selection = selectRows(bitmapOf(eligible), { rows, repeat }, [seed]);
        const rounds = chosen(selection, eligible);
        const available = eligible.length;
        const expected = available === 0 ? 0 : repeat ? rows : Math.min(rows, available);
        expect(rounds.flat().length).toBe(expected);
        expect(rounds.slice(0, -1).every((round) => round.length === available)).toBe(true);
      }),
    );
  });

  it("come from everywhere with the same chance", () => {
    const eligible = [1, 3, 5, 7, 9];
    const counts = new Map<number, number>();
    for (let seed = 0; seed < 1000; seed++) {
      for (const index of chosen(
        selectRows(bitmapOf(eligible), { rows: 2, repeat: false }, [seed]),
        eligible,
      ).flat()) {
        counts.set(index, (counts.get(index) ?? 0) + 1);
      }
    }
    // 400 each on average; five standard deviations are 77.
    for (const index of eligible) expect(Math.abs((counts.get(index) ?? 0) - 400)).toBeLessThan(77);
  });

  it("are shared out by weight, to the last one", () => {
    const set = (name: string, keys: Partial<PlanSet> = {}): PlanSet => ({
      name,
      files: { train: `${name}.tsv` },
      format: { kind: "auto" },
      labelNames: {},
      ...keys,
    });
    const weights = fc.array(fc.double({ min: 0.01, max: 50, noNaN: true }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 100_000 }), (given, rows) => {
        const sharing = given.map((weight, i) => set(`s${i}`, { weight }));
        const others = [set("own", { rows: 7 }), set("tested", { files: { test: "t.tsv" } })];
        const plan = { sets: [...sharing, ...others], mixture: { rows, repeat: true } };
        const parts = sharing.map((one) => rowTarget(plan, one, "train")?.rows ?? 0);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(rows);
        const sum = given.reduce((all, weight) => all + weight, 0);
        for (const [i, weight] of given.entries()) {
          expect(Math.abs((parts[i] ?? 0) - (rows * weight) / sum)).toBeLessThan(1);
        }
        expect(others.map((one) => rowTarget(plan, one, "train"))).toEqual([
          { rows: 7, repeat: false },
          { rows: 0, repeat: true },
        ]);
        expect(rowTarget(plan, sharing[0] ?? set("none"), "dev")).toBe(null);
      }),
    );
  });
});

describe("draws from a long list", () => {
  it("are distinct, of what may be taken, and all of it where there is no more", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(500)), fc.nat(60), fc.string(), (items, count, seed) => {
        const even = (item: number) => item % 2 === 0;
        const taken = drawDistinct(items, count, even, new Random(seed));
        expect(new Set(taken).size).toBe(taken.length);
        expect(taken.every((item) => even(item) && items.includes(item))).toBe(true);
        expect(taken.length).toBe(Math.min(count, items.filter(even).length));
      }),
    );
  });

  it("give every order the same chance", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const order = drawDistinct(["a", "b", "c"], 3, () => true, new Random(seed)).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(145);
  });
});

describe("sets of a plan", () => {
  it("give a random sample of so many sentences, in corpus order, the same for the same seed", async () => {
    const { plan } = await workplace();
    const sets = plan.sets.map((set) => ({ ...set, rows: { train: 100 } }));
    const train = await plannedRows({ ...plan, sets });
    const numbers = train.flatMap(({ id }) => (id.startsWith("a-") ? [Number(id.split("-")[2])] : []));
    expect(numbers.length).toBe(100);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(Math.max(...numbers)).toBeGreaterThan(2000);
    // The whole set where it is smaller.
    expect(train.length).toBe(140);
    expect((await plannedRows({ ...plan, sets }, "dev")).length).toBe(10);
    const reversed = await plannedRows({ ...plan, sets: sets.toReversed() });
    expect([...reversed.slice(40), ...reversed.slice(0, 40)]).toEqual(train);
    const otherSeed = await plannedRows({ ...plan, sets, seed: "8" });
    expect(otherSeed.map(({ id }) => id)).not.toEqual(train.map(({ id }) => id));
  });

  it("go round again with other draws where they are to repeat", async () => {
    const { plan } = await workplace("sampling: { absent: 1, foreign: 1 }");
    const sets = plan.sets.map((set) => (set.name === "b" ? { ...set, rows: 100, repeat: true } : set));
    const rows = (await plannedRows({ ...plan, sets })).slice(2500);
    expect(rows.length).toBe(100);
    expect(rows[0]?.id).toBe("b-train-0");
    expect(rows[40]?.id).toBe("b-train-0-round-2");
    expect(new Set(rows.map(({ id }) => id)).size).toBe(100);
    const asked = rows.map((made) => ("row" in made && "input" in made.row ? made.row.input : ""));
    expect(asked.slice(40, 80)).not.toEqual(asked.slice(0, 40));
  });

  it("share a mixture by weight", async () => {
    const { plan } = await workplace("mixture: { rows: 400, repeat: true }");
    const sets = plan.sets.map((set) => ({ ...set, weight: set.name === "a" ? 1 : 3 }));
    const rows = await plannedRows({ ...plan, sets });
    expect(rows.filter(({ id }) => id.startsWith("a-")).length).toBe(100);
    expect(rows.filter(({ id }) => id.startsWith("b-")).length).toBe(300);
  });

  it("read several files as one split, and take label names from a file", async () => {
    const folder = await testFolder();
    await mkdir(join(folder, "names"));
    await writeFile(join(folder, "names/a.yaml"), "PER: person\nLOC: place\n");
    await writeFile(join(folder, "one.tsv"), "Ada\tB-PER\n\nBonn\tB-LOC\n");
    await writeFile(join(folder, "two.txt"), "Eve:B-PER left:O\n");
    await writeFile(
      join(folder, "plan.yaml"),
      `seed: 1
form: t5
sets:
  - name: a
    files: { train: [one.tsv, two.txt] }
    format: auto
    labelNames: names/a.yaml
`,
    );
    const plan = await readPlan(join(folder, "plan.yaml"));
    const rows = await plannedRows(plan);
    expect(
      rows.map((made) => ("row" in made && "target" in made.row ? [made.id, made.row.target] : made)),
    ).toEqual([
      ["a-train-0", "Ada(B-person)"],
      ["a-train-1", "Bonn(B-place)"],
      ["a-train-2", "Eve(B-person) left(O)"],
    ]);
    const [set] = plan.sets;
    if (set === undefined) return expect.unreachable("the plan has a set");
    const { labels, sources } = await openSet(plan, set, undefined);
    expect(labels).toEqual(["person", "place"]);
    expect(sources.get("train")?.files.map(({ name, format }) => [name, format.kind])).toEqual([
      ["one.tsv", "columns"],
      ["two.txt", "tagged-lines"],
    ]);
  });
});

it("the example of a mixture gives the rows that it says, with nothing of a test in training", async () => {
  const plan = await readPlan(fileURLToPath(new URL("../../examples/plan-mixture.yaml", import.meta.url)));
  const rows = await plannedRows(plan);
  const refused = rows.flatMap((made) => ("refused" in made ? [made] : []));
  expect(refused).toEqual([]);
  const whole = (name: string) =>
    rows.filter(({ id }) => id.startsWith(name) && !id.includes("-part-")).length;
  expect(whole("open-train")).toBe(20);
  expect(whole("news-train")).toBe(60);
  const held = new HeldOutTexts();
  for (const made of await plannedRows(plan, "test")) held.add(sentenceOf(made));
  expect(rows.some((made) => held.has(sentenceOf(made)))).toBe(false);
});

function sentenceOf(made: MadeRow): Document {
  if (!("row" in made && "messages" in made.row)) return expect.unreachable("a row of messages");
  const [, answer] = made.row.messages;
  return documentOfWords(
    "x",
    parseWordLabels(answer.content).map(({ word }) => word),
  );
}
