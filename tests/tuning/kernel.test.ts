import { hash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { compiledKernel } from "../../kernel/compile.js";
import { InputError } from "../../src/core/errors.js";
import { buildDataset } from "../../src/tuning/build.js";
import { chunkSentences, makeChunks } from "../../src/tuning/chunks.js";
import { columnLabels } from "../../src/tuning/corpora/columns.js";
import { plainLabels, plainSentences } from "../../src/tuning/corpora/plain-file.js";
import { PlainSentence } from "../../src/tuning/corpora/plain-sentences.js";
import { Counter } from "../../src/tuning/counts.js";
import { Kernel } from "../../src/tuning/kernel/kernel.js";
import { openSet } from "../../src/tuning/open-set.js";
import { BlockPool, LineBuffer } from "../../src/tuning/output/line-buffer.js";
import { PlainDraw } from "../../src/tuning/plain-draws.js";
import { PlainRows } from "../../src/tuning/plain-rows.js";
import { type Plan, readPlan } from "../../src/tuning/plan.js";
import { OwnPreparation } from "../../src/tuning/preparation.js";
import { KeyStart, Random } from "../../src/tuning/random.js";
import { rowFrame } from "../../src/tuning/row-frame.js";
import { plannedRows } from "./planned-rows.js";
import { bioTsv, gather, testFile, testFolder } from "./support.js";
import { sha256 } from "./workplace.js";

function testKernel(): Kernel {
  const kernel = Kernel.take();
  onTestFinished(() => kernel.release());
  return kernel;
}

/** A plan of one set with one file. */
async function planOf(text: string, form: string, set: object = {}) {
  const folder = await testFolder();
  await writeFile(join(folder, "a.tsv"), text);
  const sets = [{ name: "a", files: { train: "a.tsv" }, format: { kind: "columns" }, ...set }];
  await writeFile(join(folder, "plan.yaml"), JSON.stringify({ seed: 3, form, sets }));
  return { folder, plan: await readPlan(join(folder, "plan.yaml")) };
}

/** The rows of a plan, as they are made of words. */
async function rowsOf(plan: Plan): Promise<string> {
  const made = await plannedRows(plan);
  return made.map((row) => ("row" in row ? `${JSON.stringify(row.row)}\n` : "")).join("");
}

describe("the kernel", () => {
  it("is what its sources give", async () => {
    const code = fileURLToPath(new URL("../../src/tuning/kernel/code.ts", import.meta.url));
    expect(await readFile(code, "utf8")).toBe(compiledKernel());
  });

  /** The order that the kernel draws, and the one that `Random` does. */
  function orders(kernel: Kernel, start: KeyStart, index: number, round: number, count: number) {
    const expected = Int32Array.from({ length: count }, (_, i) => i);
    new Random(...(round === 0 ? [start, index] : [start, index, round])).shuffleNumbers(expected);
    const key = Buffer.from(`[${start.text}`);
    const order = kernel.stamps.take(4 * count);
    const keyAt = kernel.stamps.take(key.length + 128);
    kernel.bytes.set(key, keyAt);
    kernel.calls.setKey(keyAt, key.length);
    kernel.calls.setLabels(0, order);
    kernel.calls.shuffleAll(count, index, round);
    const drawn = kernel.numbers.slice(order / 4, order / 4 + count);
    kernel.stamps.clear();
    return { drawn, expected };
  }

  it("draws orders of labels as Random does, whatever the length of the key", () => {
    const kernel = testKernel();
    const text = fc.string({ unit: "grapheme", maxLength: 200 });
    const number = fc.oneof(fc.nat(12), fc.nat(), fc.constantFrom(9, 10, 99, 100, 2 ** 31 - 1));
    const draw = fc.tuple(text, text, number, fc.nat(3), fc.integer({ min: 1, max: 300 }));
    fc.assert(
      fc.property(draw, ([seed, set, index, round, count]) => {
        const { drawn, expected } = orders(kernel, new KeyStart(seed, set, "train"), index, round, count);
        expect(drawn).toEqual(expected);
      }),
    );
  });

  it("draws again where Random does", () => {
    const kernel = testKernel();
    // Of so many draws from so many labels, some lie behind the last whole multiple of their bound.
    for (let index = 0; index < 3; index++) {
      const { drawn, expected } = orders(kernel, new KeyStart("1", "set", "train"), index, 0, 100_000);
      expect(drawn.findIndex((number, i) => number !== expected[i])).toBe(-1);
    }
  });

  it("refuses more memory than it can have", () => {
    const kernel = testKernel();
    expect(() => kernel.allocate(2 ** 31)).toThrow(InputError);
    expect(() => kernel.allocate(2 ** 31)).toThrow(/a sentence or row of 2048 MiB/);
    expect(kernel.bytes[kernel.allocate(1000)]).toBeDefined();
  });
});

describe("tags of a file", () => {
  it("are told apart by all of their bytes, however many there are", async () => {
    const alike = Array.from(
      { length: 300 },
      (_, i) => `B-same-start-${String(i).padStart(3, "0")}-same-end`,
    );
    const sizes = Array.from({ length: 60 }, (_, i) => `B-${"x".repeat(i)}y`);
    const many = Array.from({ length: 9000 }, (_, i) => `B-${i}`);
    const tags = [...alike, ...sizes, ...many];
    const file = await testFile("a.tsv", `${tags.map((tag) => `w\t${tag}`).join("\n")}\n\n`.repeat(2));
    const labels = await plainLabels(file, bioTsv);
    expect(labels?.size).toBe(tags.length);
    expect(labels).toEqual(await columnLabels(file, bioTsv));
  });
});

describe("builds with one kernel after the other", () => {
  const sentence = (words: number, label: string) =>
    `${Array.from({ length: words }, (_, i) => `w${i}\t${i % 5 === 0 ? `B-${label}` : "O"}`).join("\n")}\n\n`;

  async function large(name: string, labels: readonly string[], sizes: readonly number[]) {
    const text = sizes.map((size, i) => sentence(size, labels[i % labels.length] ?? "")).join("");
    const { folder, plan } = await planOf(text, "chat", { name });
    return { plan, out: folder, rows: await rowsOf(plan) };
  }

  it("give the rows that are made of words, side by side too", async () => {
    const plans = await Promise.all([
      large("long", ["a"], [60_000, 1, 2]),
      large("a name that is longer than a block of a hash with ö and more".repeat(3), ["b", "c"], [3, 4]),
      large(
        "wide",
        Array.from({ length: 700 }, (_, i) => `label-${i}-${"é".repeat(i % 90)}`),
        Array(700).fill(6),
      ),
      large("many", ["d", "e"], Array(3000).fill(12)),
    ]);
    for (const way of ["one by one", "side by side"]) {
      const building = [];
      for (const { plan, out } of plans) {
        const built = buildDataset(plan, join(out, way));
        building.push(built);
        if (way === "one by one") await built;
      }
      await Promise.all(building);
      for (const { plan, out, rows } of plans) {
        const found = await sha256(join(out, way, "train.jsonl"));
        expect(found, `${plan.sets[0]?.name} ${way}`).toBe(hash("sha256", rows));
      }
    }
  });
});

describe("chunks of plain sentences", () => {
  it.each([0, 1, 511, 512, 513, 1024])("have a sentence each, of %i", async (sentences) => {
    const { plan } = await planOf("Ada\tB-PER\n\n".repeat(sentences), "t5", { labels: ["PER"] });
    const open = await Promise.all(plan.sets.map((set) => openSet(plan, set, undefined)));
    const preparation = new OwnPreparation(plan, open, undefined);
    const share = { worker: 0, of: 1 };
    const chunks = await gather(makeChunks(plan, open, share, null, preparation, new BlockPool()));
    const counts = Array.from({ length: Math.max(1, Math.ceil(sentences / chunkSentences)) }, (_, i) =>
      Math.min(chunkSentences, sentences - i * chunkSentences),
    );
    expect(chunks.map(({ counts }) => counts.sentences)).toEqual(counts);
    expect(chunks.map(({ place }) => place.number)).toEqual(counts.map((_, i) => i));
  });
});

describe("rows of plain sentences", () => {
  it("need the room that their own tags take, not that of the longest tag for every word", async () => {
    const kernel = testKernel();
    // As if the longest tag took 4 GiB.
    const calls = { ...kernel.calls };
    calls.setTags = (at, _longest, mentions) => kernel.calls.setTags(at, 2 ** 32 - 1, mentions);
    const exaggerating: Kernel = Object.create(kernel, { calls: { value: calls } });
    const { folder, plan } = await planOf("Ada\tB-PER\nleft\tO\n\n".repeat(3), "t5");
    const frame = rowFrame(plan, "a", "train");
    if (frame === null) throw new Error("the plan's rows should have a frame");
    const rows = new PlainRows(exaggerating, frame, ["PER"], "unshuffled", "a-train-");
    const lines = new LineBuffer("train", new BlockPool());
    const counter = new Counter();
    let index = 0;
    for await (const block of plainSentences(
      exaggerating,
      join(folder, "a.tsv"),
      bioTsv,
      () => 0,
      () => 1,
    )) {
      for (const sentence of block) {
        if (!(sentence instanceof PlainSentence)) throw new Error("all of them are plain");
        const draw = new PlainDraw(sentence, 0);
        draw.index = index++;
        rows.add(draw, null, lines, counter);
      }
    }
    rows.flush(lines, counter);
    expect(lines.lines.bytes.toString()).toBe(await rowsOf(plan));
    expect(counter.counts).toMatchObject({ rows: 3, mentions: { PER: 3 } });
  });
});
