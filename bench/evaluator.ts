/**
 * Parse + align + score, rows per second on one thread, beside the paper's released evaluator.
 *
 *   node dist/bench/evaluator.js ROWS.jsonl... [--evaluator evaluate.py]
 *
 * ROWS are generations in the paper's own form (words, gold labels, label_list, prediction). `--evaluator` names the
 * `evaluate.py` of the public repository yyDing1/GNER; it needs a python3 with tqdm and transformers, and runs
 * without a tokenizer. Both sides read their JSON before the clock starts, go through the rows until they are warm,
 * then take turns: a sample is as many passes over all rows as half a second holds, a figure the median of nine.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { z } from "zod";
import { addCounts, noCounts } from "../eval/counts.js";
import { paperCounts, paperScores } from "../eval/paper.js";
import { noBackTokenization } from "../src/codecs/back-tokenize.js";
import { restoreTagsAsPaper } from "../src/codecs/restore-tags.js";
import { median } from "./measure.js";

const samples = 9;
const secondsOfSample = 0.5;

const row = z.object({
  label_list: z.array(z.string()),
  instance: z.object({ words: z.array(z.string()), labels: z.array(z.string()) }),
  prediction: z.string(),
});

/** Seconds of one pass: by the clock, and of processor time, which other programs disturb less. */
const sample = z.object({ wall: z.number(), cpu: z.number(), f1: z.number() });
type Sample = z.infer<typeof sample>;

const { values, positionals: files } = parseArgs({
  allowPositionals: true,
  options: { evaluator: { type: "string" } },
});

console.log("| rows | side | rows/s | ratio | rows/s of processor time | ratio | F1 |");
console.log("|---|---|---:|---:|---:|---:|---:|");
for (const file of files) {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const rows = lines.map((line) => row.parse(JSON.parse(line)));
  const evaluator = values.evaluator === undefined ? null : startEvaluator(values.evaluator, file);
  for (let warmUp = 0; warmUp < 4; warmUp++) ourSample(rows);
  await evaluator?.sample();
  const ours: Sample[] = [];
  const theirs: Sample[] = [];
  for (let round = 0; round < samples; round++) {
    ours.push(ourSample(rows));
    if (evaluator !== null) theirs.push(await evaluator.sample());
  }
  evaluator?.stop();
  const name = `${basename(file)}, ${rows.length}`;
  const reference = theirs.length === 0 ? null : theirs;
  if (reference !== null) printRow(name, "evaluate.py", rows.length, reference, reference);
  printRow(name, "gner", rows.length, ours, reference);
}

function printRow(
  name: string,
  side: string,
  rows: number,
  found: readonly Sample[],
  reference: readonly Sample[] | null,
): void {
  const cells = (["wall", "cpu"] as const).flatMap((clock) => {
    const seconds = median(found.map((one) => one[clock]));
    const other = reference === null ? Number.NaN : median(reference.map((one) => one[clock]));
    return [Math.round(rows / seconds), reference === null ? "" : (other / seconds).toFixed(1)];
  });
  console.log(`| ${[name, side, ...cells, found[0]?.f1.toFixed(6)].join(" | ")} |`);
}

function ourSample(rows: readonly z.infer<typeof row>[]): Sample {
  const cpuBefore = process.cpuUsage();
  const started = performance.now();
  let wall = 0;
  let f1 = 0;
  let passes = 0;
  for (; wall < secondsOfSample; passes++) {
    let counts = noCounts;
    for (const { instance, label_list, prediction } of rows) {
      const { tags } = restoreTagsAsPaper(instance.words, prediction, label_list, noBackTokenization);
      counts = addCounts(counts, paperCounts(instance.words, instance.labels, tags));
    }
    f1 = paperScores(counts).f1;
    wall = (performance.now() - started) / 1000;
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wall: wall / passes, cpu: (user + system) / 1e6 / passes, f1 };
}

/** The released evaluator in a process of its own, which takes a sample for each line it reads. */
function startEvaluator(script: string, file: string) {
  const program = `
import json, sys, time
sys.path.insert(0, sys.argv[1])
import evaluate
evaluate.tqdm = lambda rows: rows
rows = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
for _ in sys.stdin:
    passes, wall, cpu, started = 0, 0, time.process_time(), time.perf_counter()
    while wall < ${secondsOfSample}:
        found = evaluate.NEREvaluator().evaluate(rows, None)
        passes, wall = passes + 1, time.perf_counter() - started
    cpu = time.process_time() - cpu
    print(json.dumps({"wall": wall / passes, "cpu": cpu / passes, "f1": found["f1"]}), flush=True)
`;
  const child = spawn("python3", ["-c", program, dirname(script), file], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async sample(): Promise<Sample> {
      child.stdin.write("\n");
      const { value, done } = await answers.next();
      if (done === true) throw new Error("the evaluator stopped; what it said is above");
      return sample.parse(JSON.parse(value));
    },
    stop(): void {
      child.stdin.end();
    },
  };
}
