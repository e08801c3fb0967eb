import { hash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { compiledKernel } from "../../kernel/compile.js";
import { InputError } from "../../src/core/errors.js";
import { buildDataset } from "../../src/tuning/build.js";
import { columnLabels } from "../../src/tuning/corpora/columns.js";
import { plainLabels } from "../../src/tuning/corpora/plain-file.js";
import { Kernel } from "../../src/tuning/kernel/kernel.js";
import { readPlan } from "../../src/tuning/plan.js";
import { KeyStart, Random } from "../../src/tuning/random.js";
import { plannedRows } from "./planned-rows.js";
import { bioTsv, testFile, testFolder } from "./support.js";
import { sha256 } from "./workplace.js";

function testKernel(): Kernel {
  const kernel = Kernel.take();
  onTestFinished(() => kernel.release());
  return kernel;
}

describe("the kernel", () => {
  it("is what its sources give", async () => {
    const code = fileURLToPath(new URL("../../src/tuning/kernel/code.ts", import.meta.url));
    expect(await readFile(code, "utf8")).toBe(compiledKernel());
  });

  it("draws orders of labels as Random does, whatever the length of the key", () => {
    const kernel = testKernel();
    const text = fc.string({ unit: "grapheme", maxLength: 200 });
    const number = fc.oneof(fc.nat(12), fc.nat(), fc.constantFrom(9, 10, 99, 100, 2 ** 31 - 1));
    const draw = fc.tuple(text, text, number, fc.nat(3), fc.integer({ min: 1, max: 300 }));
    fc.assert(
      fc.property(draw, ([seed, set, index, round, count]) => {
        const start = new KeyStart(seed, set, "train");
        const numbers = Int32Array.from({ length: count }, (_, i) => i);
        new Random(...(round === 0 ? [start, index] : [start, index, round])).shuffleNumbers(numbers);

        const key = Buffer.from(`[${start.text}`);
        const order = kernel.stamps.take(4 * count);
        const keyAt = kernel.stamps.take(key.length + 128);
        kernel.bytes.set(key, keyAt);
        kernel.calls.setKey(keyAt, key.length);
        kernel.calls.setLabels(0, order, 0, 0);
        kernel.calls.shuffleAll(count, index, round);
        expect(kernel.numbers.slice(order / 4, order / 4 + count)).toEqual(numbers);
        kernel.stamps.clear();
      }),
    );
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

  async function planOf(name: string, labels: readonly string[], sizes: readonly number[]) {
    const folder = await testFolder();
    const text = sizes.map((size, i) => sentence(size, labels[i % labels.length] ?? "")).join("");
    await writeFile(join(folder, "a.tsv"), text);
    const sets = [{ name, files: { train: "a.tsv" }, format: { kind: "columns" } }];
    await writeFile(join(folder, "plan.yaml"), JSON.stringify({ seed: 3, form: "chat", sets }));
    const plan = await readPlan(join(folder, "plan.yaml"));
    const made = await plannedRows(plan);
    const rows = made.map((row) => ("row" in row ? `${JSON.stringify(row.row)}\n` : "")).join("");
    return { plan, out: folder, rows };
  }

  it("give the rows that are made of words, side by side too", async () => {
    const plans = await Promise.all([
      planOf("long", ["a"], [60_000, 1, 2]),
      planOf("a name that is longer than a block of a hash with ö and more".repeat(3), ["b", "c"], [3, 4]),
      planOf(
        "wide",
        Array.from({ length: 700 }, (_, i) => `label-${i}-${"é".repeat(i % 90)}`),
        Array(700).fill(6),
      ),
      planOf("many", ["d", "e"], Array(3000).fill(12)),
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
