import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { scoreCommand } from "../../src/cli/score.js";
import { renderPrompt } from "../../src/codecs/prompt.js";
import { promptLabels } from "../../src/codecs/read-prompt.js";
import { FormatError, InputError } from "../../src/core/errors.js";
import { rowForms, rowOf } from "../../src/tuning/rows.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gner-score-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

/** Scores these rows and gives what was printed. */
async function score(rows: readonly object[], ...flags: string[]): Promise<string> {
  const file = join(folder, "rows.jsonl");
  writeFileSync(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  let printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  await scoreCommand(new AbortController().signal).parseAsync([file, ...flags], { from: "user" });
  return printed;
}

const words = ["Ada", "met", "Bo", "in", "Ulm"];
const labels = ["person", "city"];
const target = "Ada(B-person) met(O) Bo(B-person) in(O) Ulm(B-city)";
const oneWrong = target.replace("Bo(B-person)", "Bo(B-city)");

const shapes = {
  t5: (prediction: string) => ({
    id: "a",
    input: renderPrompt("gner", { words, labels }),
    target,
    prediction,
  }),
  "t5 in compact style": (prediction: string) => ({
    input: renderPrompt("compact", { words, labels }),
    target,
    prediction,
  }),
  llama: (prediction: string) => ({
    prompt: `[INST] ${renderPrompt("gner", { words, labels, elseClass: true })} [/INST]`,
    completion: ` ${target}`,
    prediction,
  }),
  "the paper's": (prediction: string) => ({
    instance: { words, labels: ["B-person", "O", "B-person", "O", "B-city"] },
    label_list: labels,
    prediction,
  }),
};

describe("gner score", () => {
  it.each(Object.entries(shapes))("scores rows of shape %s", async (_, row) => {
    const found = JSON.parse(await score([row(target), row(oneWrong)], "--json"));
    expect(found.rows).toBe(2);
    for (const scores of [found.paper, found.strict]) expect(scores.f1).toBeCloseTo(5 / 6, 6);
  });

  it.each(rowForms)("scores rows of form %s, alike in every schema", async (form) => {
    const instruction = {
      dataset: "towns",
      split: "dev",
      id: "a",
      words,
      entities: [
        { label: "person", parts: [{ start: 0, end: 1 }] },
        { label: "person", parts: [{ start: 2, end: 3 }] },
        { label: "city", parts: [{ start: 4, end: 5 }] },
      ],
      labels,
      target,
    };
    for (const style of ["gner", "compact"] as const) {
      const row = rowOf(form, { ...instruction, prompt: renderPrompt(style, { words, labels }) });
      const rows = [target, oneWrong].map((prediction) => ({ ...row, prediction }));
      const { paper, strict } = JSON.parse(await score(rows, "--json"));
      for (const scores of [paper, strict]) expect(scores.f1).toBeCloseTo(5 / 6, 6);
    }
    const row = rowOf(form, {
      ...instruction,
      prompt: renderPrompt("gner", { words, labels, schema: "full" }),
      target: "Ada(person) met(O) Bo(person) in(O) Ulm(city)",
    });
    const { strict } = JSON.parse(
      await score([{ ...row, prediction: "Ada(person) Ulm(city)" }], "--schema", "full", "--json"),
    );
    expect([strict.precision, strict.recall]).toEqual([1, 2 / 3]);
  });

  it("scores rows without an id, or with fields of another program, in every schema", async () => {
    const request = { words, labels, schema: "entity-centric" } as const;
    const prompt = `[INST] ${renderPrompt("gner", request)} [/INST]`;
    const rows = [
      { input: renderPrompt("gner", request), target: "Ada(person) Ulm(city)", prediction: "Ada(person)" },
      { prompt, completion: " Ada(person) Ulm(city)", prediction: "Ulm(city)", tokens: 7 },
    ];
    const { strict } = JSON.parse(await score(rows, "--schema", "entity-centric", "--json"));
    expect([strict.precision, strict.recall]).toEqual([1, 1 / 2]);
  });

  it("repairs for the strict score what the paper's evaluator gives up", async () => {
    const slip = target.replace("B-person", "B-Person");
    const { paper, strict } = JSON.parse(await score([shapes.t5(slip)], "--json"));
    expect(strict.f1).toBe(1);
    expect(paper.recall).toBeCloseTo(2 / 3, 6);
  });

  it("prints a table of percents", async () => {
    const lines = (await score([shapes.t5(oneWrong)])).split("\n");
    expect(lines[0]).toMatch(/score +precision +recall +F1/);
    expect(lines[1]).toMatch(/paper +66\.67 +66\.67 +66\.67/);
  });

  it("names the line of a row that it cannot read", async () => {
    const stray = { ...shapes.t5(target), target: target.replace("B-city", "B-town") };
    await expect(score([shapes.t5(target), stray])).rejects.toThrow(/rows\.jsonl:2: .*"town"/);
    await expect(score([{ input: "a" }])).rejects.toThrow(FormatError);
    await expect(score([])).rejects.toThrow(InputError);
  });
});

describe("the labels of a prompt", () => {
  it.each(["gner", "compact"] as const)("come back from style %s", (style) => {
    expect(promptLabels(renderPrompt(style, { words, labels }))).toEqual(labels);
    expect(promptLabels(renderPrompt(style, { words, labels: ["city"] }))).toEqual(["city"]);
  });

  it("are not guessed from other texts", () => {
    expect(() => promptLabels("Find the names.")).toThrow(InputError);
    expect(() => promptLabels("one\ntwo\nthree")).toThrow(InputError);
  });
});
