import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { addCounts, noCounts } from "../../eval/counts.js";
import { loadSuite } from "../../eval/load.js";
import { strictCounts, strictScores } from "../../eval/strict.js";
import { zeroShot } from "../../eval/suites.js";
import { renderPrompt } from "../../src/codecs/prompt.js";
import { type Example, wordTexts } from "../../src/core/document.js";
import { builtinModelPath, loadRecognizer } from "../../src/serve/gner.js";
import { OnnxGenerator } from "../../src/serve/onnx/onnx-generator.js";
import { noPython, python } from "../support/python.js";
import { missing, shared } from "../support/shared.js";

const checkpoint = "builtin/checkpoint.safetensors";
const perSet = 40;
const devSuite = {
  name: "CrossNER dev",
  datasets: zeroShot.datasets
    .filter(({ file }) => file.startsWith("crossner"))
    .map((dataset) => ({ ...dataset, file: dataset.file.replace("test.txt", "dev.txt") })),
};

const files = devSuite.datasets.map(({ file }) => `data/${file}`);

describe.skipIf(missing(checkpoint, ...files) || noPython())("the exported graphs", () => {
  let folder: string;
  let examples: readonly Example[];

  /** Runs a module of the trainer. */
  function trainer(module: string, ...args: string[]): void {
    execFileSync(python, ["-m", `gner_trainer.${module}`, ...args], { stdio: "pipe" });
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "gner-parity-"));
    const sets = await loadSuite(devSuite, shared("data"), perSet);
    examples = sets.flatMap((set) => set.examples);
    const rows = examples.map(({ doc, labels }) => JSON.stringify({ words: wordTexts(doc), labels }));
    writeFileSync(join(folder, "rows.jsonl"), `${rows.join("\n")}\n`);
    const run = join(folder, "checkpoint");
    const weights = join(run, "weights.safetensors");
    mkdirSync(run);
    copyFileSync(shared(checkpoint), weights);
    const tokenizer = ["--tokenizer", join(builtinModelPath(), "tokenizer.json")];
    for (const precision of ["float32", "int8"]) {
      const exported = ["--precision", precision, "--out", join(folder, precision)];
      trainer("export_checkpoint", run, ...tokenizer, ...exported);
    }
    const rowsAndOut = [join(folder, "rows.jsonl"), join(folder, "reference.jsonl")];
    trainer("reference", "--checkpoint", weights, ...tokenizer, ...rowsAndOut);
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it("in full precision generate PyTorch's greedy tokens on 200 dev sentences", async () => {
    const expected = readFileSync(join(folder, "reference.jsonl"), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => z.object({ tokens: z.array(z.number()) }).parse(JSON.parse(line)).tokens);
    expect(expected).toHaveLength(devSuite.datasets.length * perSet);
    const generator = await OnnxGenerator.load(join(folder, "float32"));
    for (const [i, { doc, labels }] of examples.entries()) {
      const prompt = renderPrompt("compact", { words: wordTexts(doc), labels });
      const [found] = await generator.search(prompt);
      // Where the model never ends, both run into a limit; the generator's is tighter.
      const length = found?.finish === "length" ? found.tokens.length : Infinity;
      expect(found?.tokens, doc.id).toEqual(expected[i]?.slice(0, length));
    }
    await generator.close();
  }, 600_000);

  it("quantised as the built-in model is, lose less than half a point of F1 on them", async () => {
    const f1 = async (model: string) => {
      const recognizer = await loadRecognizer({ model });
      let counts = noCounts;
      for (const { doc, labels, gold } of examples) {
        const [found] = await recognizer.recognize([doc], labels);
        counts = addCounts(counts, strictCounts(gold, found?.entities ?? []));
      }
      await recognizer.close();
      return 100 * strictScores(counts).f1;
    };
    const full = await f1(join(folder, "float32"));
    const quantised = await f1(join(folder, "int8"));
    console.info(
      `strict F1 on ${examples.length} dev sentences: float32 ${full.toFixed(2)}, int8 ${quantised.toFixed(2)}`,
    );
    expect(full).toBeGreaterThan(30);
    expect(Math.abs(full - quantised)).toBeLessThan(0.5);
  }, 600_000);
});
