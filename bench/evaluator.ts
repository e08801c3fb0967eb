/**
 * Parse + align + score, rows per second on one thread, beside the paper's released evaluator.
 *
 *   node dist/bench/evaluator.js ROWS.jsonl... [--evaluator evaluate.py]
 *
 * ROWS are generations in the paper's own form (words, gold labels, label_list, prediction). `--evaluator` names the
 * `evaluate.py` of the public repository yyDing1/GNER; it needs a python3 with tqdm and transformers, and runs
 * without a tokenizer. JSON is read before the clock starts, on both sides. Prints medians of seven runs each, in turn.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { addCounts, noCounts } from "../eval/counts.js";
import { paperCounts, paperScores } from "../eval/paper.js";
import { noBackTokenization } from "../src/codecs/back-tokenize.js";
import { restoreTagsAsPaper } from "../src/codecs/restore-tags.js";
import { median } from "./measure.js";

const row = z.object({
  label_list: z.array(z.string()),
  instance: z.object({ words: z.array(z.string()), labels: z.array(z.string()) }),
  prediction: z.string(),
});

const { values, positionals: files } = parseArgs({
  allowPositionals: true,
  options: { evaluator: { type: "string" } },
});
const rounds = 7;

for (const file of files) {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const rows = lines.map((line) => row.parse(JSON.parse(line)));
  const score = () => {
    let counts = noCounts;
    for (const { instance, label_list, prediction } of rows) {
      const { tags } = restoreTagsAsPaper(instance.words, prediction, label_list, noBackTokenization);
      counts = addCounts(counts, paperCounts(instance.words, instance.labels, tags));
    }
    return paperScores(counts).f1;
  };
  for (let i = 0; i < 5; i++) score();
  const ours: number[] = [];
  const theirs: number[] = [];
  let f1 = 0;
  let theirF1: number | null = null;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    f1 = score();
    ours.push((performance.now() - started) / 1000);
    if (values.evaluator === undefined) continue;
    const result = runEvaluator(values.evaluator, file);
    theirs.push(result.seconds);
    theirF1 = result.f1;
  }
  const parse = median(timesOfParsing(lines));
  const rate = rows.length / median(ours);
  console.log(`${basename(file)}: ${rows.length} rows, F1 ${f1.toFixed(6)}`);
  console.log(
    `  gner          ${Math.round(rate)} rows/s (bare JSON.parse: ${Math.round(rows.length / parse)})`,
  );
  if (theirF1 !== null) {
    const theirRate = rows.length / median(theirs);
    console.log(`  evaluate.py   ${Math.round(theirRate)} rows/s, F1 ${theirF1.toFixed(6)}`);
    console.log(`  ratio         ${(rate / theirRate).toFixed(1)}x`);
  }
}

function timesOfParsing(lines: readonly string[]): number[] {
  return Array.from({ length: rounds }, () => {
    const started = performance.now();
    for (const line of lines) JSON.parse(line);
    return (performance.now() - started) / 1000;
  });
}

function runEvaluator(script: string, file: string): { seconds: number; f1: number } {
  const program = `
import json, sys, time
sys.path.insert(0, sys.argv[1])
import evaluate
evaluate.tqdm = lambda rows: rows
rows = [json.loads(line) for line in open(sys.argv[2], encoding="utf-8")]
started = time.perf_counter()
found = evaluate.NEREvaluator().evaluate(rows, None)
print(json.dumps({"seconds": time.perf_counter() - started, "f1": found["f1"]}))
`;
  const { stdout, stderr, status } = spawnSync("python3", ["-c", program, dirname(script), file], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`the evaluator failed: ${stderr}`);
  return z.object({ seconds: z.number(), f1: z.number() }).parse(JSON.parse(stdout));
}
