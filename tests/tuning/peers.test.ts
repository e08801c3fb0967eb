import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { buildDataset } from "../../src/tuning/build.js";
import { readPlan } from "../../src/tuning/plan.js";
import { noPython, python } from "../support/python.js";
import { missing, shared } from "../support/shared.js";
import { testFolder } from "./support.js";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const report = z.strictObject({
  trainer: z.string(),
  columns: z.array(z.string()),
  loss: z.number(),
  moved: z.number(),
});

/** The train rows of the example plan in a form. */
async function rowsIn(form: "t5" | "chat"): Promise<string> {
  const folder = await testFolder();
  const plan = await readPlan(here("../../examples/plan.yaml"));
  await buildDataset({ ...plan, form }, join(folder, "rows"));
  return join(folder, "rows/train.jsonl");
}

describe("trainers that people use", () => {
  it.skipIf(noPython() || missing("tokenizers/t5", "tokenizers/llama2"))(
    "Seq2SeqTrainer takes a step on the form t5, SFTTrainer on the form chat",
    { timeout: 180_000 },
    async () => {
      const script = here("peers/trainers.py");
      const flags = [
        "--tokenizers",
        shared("tokenizers"),
        "--t5",
        await rowsIn("t5"),
        "--chat",
        await rowsIn("chat"),
      ];
      const { stdout } = await promisify(execFile)(python, [script, ...flags], {
        env: { ...process.env, HF_HUB_OFFLINE: "1" },
      });
      const lines = stdout.split("\n").filter((line) => line.startsWith('{"trainer"'));
      const reports = lines.map((line) => report.parse(JSON.parse(line)));
      expect(reports.map(({ trainer, columns }) => ({ trainer, columns }))).toEqual([
        { trainer: "Seq2SeqTrainer", columns: ["id", "input", "target"] },
        { trainer: "SFTTrainer", columns: ["messages"] },
      ]);
      for (const { loss, moved } of reports) {
        expect(loss).toBeGreaterThan(0);
        expect(moved).toBeGreaterThan(0);
      }
    },
  );
});
