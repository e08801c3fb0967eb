/**
 * One contender of bench/dataset.ts, in a process of its own so that its memory is its own. Prints JSON: seconds, rows,
 * bytes, and the largest resident memory in MiB.
 *
 *   node dist/bench/dataset-contender.js build PLAN OUT WORKERS
 *   node dist/bench/dataset-contender.js stringify ROWS OUT
 *   node dist/bench/dataset-contender.js memory ROWS
 *   node dist/bench/dataset-contender.js write ROWS OUT
 */
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { keepYoungGenerationSmall } from "../src/cli/young-generation.js";
import { buildDataset } from "../src/tuning/build.js";
import { type Plan, readPlan } from "../src/tuning/plan.js";

// The second time is what counts, of every contender: the first one compiles, and finds memory for the files.
const [kind = "", input = "", out = "", workers = "1"] = process.argv.slice(2);

if (kind === "build") {
  if (workers === "1") keepYoungGenerationSmall();
  const plan = await readPlan(input);
  await build(plan, () => {});
  await build(plan, report);
} else {
  const bytes = readFileSync(input);
  const rows: unknown[] = bytes
    .toString("utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  run(bytes, rows, () => {});
  run(bytes, rows, (started) => report(started, rows.length, bytes.length));
}

async function build(plan: Plan, done: typeof report): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  const started = performance.now();
  const manifest = await buildDataset(plan, out, { workers: Number(workers) });
  done(started, manifest.outputs.train?.rows ?? 0, statSync(join(out, "train.jsonl")).size);
}

function run(bytes: Buffer, rows: readonly unknown[], done: (started: number) => void): void {
  const started = performance.now();
  if (kind === "memory") {
    let length = 0;
    for (const row of rows) length += JSON.stringify(row).length + 1;
    if (length === 0) throw new Error("no rows");
  } else {
    const file = openSync(out, "w");
    if (kind === "stringify") for (const row of rows) writeSync(file, `${JSON.stringify(row)}\n`);
    else
      for (let at = 0; at < bytes.length; at += 1 << 20) writeSync(file, bytes.subarray(at, at + (1 << 20)));
    fsyncSync(file);
    closeSync(file);
  }
  done(started);
}

function report(started: number, rows: number, bytes: number): void {
  const seconds = (performance.now() - started) / 1000;
  const memory = process.resourceUsage().maxRSS / 1024;
  process.stdout.write(`${JSON.stringify({ seconds, rows, bytes, memory })}\n`);
}
