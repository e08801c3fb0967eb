import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { documentOfWords } from "../../src/core/document.js";
import { documentOfText } from "../../src/core/words.js";
import { buildDataset } from "../../src/tuning/build.js";
import { HeldOutTexts } from "../../src/tuning/held-out-texts.js";
import { readPlan } from "../../src/tuning/plan.js";
import { plannedRows } from "./planned-rows.js";
import { testFolder } from "./support.js";

function textsOf(...texts: readonly string[]): HeldOutTexts {
  const held = new HeldOutTexts();
  for (const text of texts) held.add(documentOfText("x", text));
  return held;
}

describe("held out texts", () => {
  it("are known again in any case, punctuation and white space, and however they were cut into words", () => {
    const held = textsOf("Don't leave Bonn, Ada!", "\u2018Café\u2019 No. 5", ":-)");
    const same = [
      "DON'T leave Bonn - Ada",
      "don t  leave\tbonn ada.",
      "café no 5",
      "Cafe\u0301 no. 5",
      ": - )",
    ];
    for (const text of same) expect([text, held.has(documentOfText("y", text))]).toEqual([text, true]);
    expect(held.has(documentOfWords("y", ["Do", "n't", "leave", "Bonn", ",", "Ada"]))).toBe(true);
    for (const text of ["Leave Bonn, Ada", "Cafe No. 5", "Café No. 6", ":-(", ""]) {
      expect([text, held.has(documentOfText("y", text))]).toEqual([text, false]);
    }
  });

  it("are all found, and no others, whatever their number", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(9999), { maxLength: 3000 }), fc.nat(9999), (numbers, other) => {
        const held = textsOf(...numbers.map((number) => `text ${number}`));
        expect(numbers.every((number) => held.has(documentOfText("x", `Text: ${number}`)))).toBe(true);
        expect(held.has(documentOfText("x", `text ${other}`))).toBe(numbers.includes(other));
      }),
      { numRuns: 20 },
    );
  });
});

describe("a plan", () => {
  async function planWith(keys: string): Promise<string> {
    const folder = await testFolder();
    const lines: Readonly<Record<string, string>> = {
      "a-train.txt": "[Ada](person) left\nBonn is a [town](town)\n[Eve](person) slept\n[Mia](person) ran",
      "a-test.txt": "[ADA](person) left .",
      "a-dev.txt": "[eve](person) slept !",
      "b-train.txt": "[Ada](person) left\n[Ida](person) sang",
      "b-test.txt": "[Bonn](town) - is a town\n[Ida](person) wrote",
      "more.tsv": "Mia\tB-PER\nran\tO\n\nno\tO\n",
    };
    for (const [name, text] of Object.entries(lines)) await writeFile(join(folder, name), text);
    await writeFile(
      join(folder, "plan.yaml"),
      `seed: 1
form: t5
${keys}
sets:
  - { name: a, files: { train: a-train.txt, dev: a-dev.txt, test: a-test.txt }, format: open-types }
  - { name: b, files: { train: b-train.txt, test: b-test.txt }, format: open-types }
`,
    );
    return folder;
  }

  const idsOf = async (folder: string) =>
    (await plannedRows(await readPlan(join(folder, "plan.yaml")))).map(({ id }) => id);

  it("keeps texts of the test splits of all sets out of training, and lists them", async () => {
    const folder = await planWith("");
    expect(await idsOf(folder)).toEqual(["a-train-2", "a-train-3", "b-train-1"]);
    const plan = await readPlan(join(folder, "plan.yaml"));
    const manifest = await buildDataset(plan, join(folder, "out"));
    expect(manifest.heldOut).toEqual(["a-train-0", "a-train-1", "b-train-0"]);
    expect(manifest.sets[0]?.splits.train).toMatchObject({
      sentences: 4,
      rows: 2,
      passedOver: { heldOut: 2 },
    });
    expect(manifest.sets.map(({ splits }) => splits.test?.rows)).toEqual([1, 2]);
  });

  it("draws a number of rows from what is not held out", async () => {
    const folder = await planWith("mixture: { rows: 6, repeat: true }");
    const ids = await idsOf(folder);
    expect(ids.length).toBe(6);
    expect(new Set(ids.map((id) => id.slice(0, 9)))).toEqual(
      new Set(["a-train-2", "a-train-3", "b-train-1"]),
    );
  });

  it("may hold out other splits and further files, or nothing", async () => {
    const more = await planWith("heldOut: { splits: [dev, test], files: [more.tsv] }");
    expect(await idsOf(more)).toEqual(["b-train-1"]);
    const folder = await planWith("heldOut: { splits: [] }");
    expect((await idsOf(folder)).length).toBe(6);
  });

  it("builds anew where a held out file has changed", async () => {
    const folder = await planWith("heldOut: { files: [more.tsv] }");
    const plan = await readPlan(join(folder, "plan.yaml"));
    const before = await buildDataset(plan, join(folder, "out"));
    await writeFile(join(folder, "more.tsv"), "Ida\tB-PER\nsang\tO\n");
    const after = await buildDataset(plan, join(folder, "out"), { mode: "overwrite" });
    expect(after.heldOut).toEqual(["a-train-0", "a-train-1", "b-train-0", "b-train-1"]);
    expect(after.fingerprint).not.toBe(before.fingerprint);
  });
});
