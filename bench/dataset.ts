/**
 * How fast and in how much memory `gner dataset build` makes rows, beside what else makes or writes the same rows:
 *
 *   node dist/bench/dataset.js [SENTENCES] [--rounds N] [--python python3] [--memory SENTENCES]
 *
 * - `datasets.map` and `to_json`, a Python script with the same prompt (needs the package `datasets`; it reads the
 *   corpus itself, and reading counts on both sides);
 * - a loop of `JSON.stringify` and a write, over rows that it holds in memory: it reads no corpus and makes no prompt;
 * - `JSON.stringify` alone, without writing anything;
 * - writes of the same bytes in pieces of 1 MiB, up to the disk.
 *
 * Contenders take turns, each in a process of its own; starting up does not count. The corpus is made up of 20,000 words,
 * sentences of 8 to 40 words and 12 labels. With --memory, one build of so many sentences tells its largest memory.
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { renderPrompt } from "../src/codecs/prompt.js";
import { Random } from "../src/tuning/random.js";
import { median } from "./measure.js";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    python: { type: "string", default: "python3" },
    memory: { type: "string" },
  },
});
const sentences = Number(positionals[0] ?? 50_000);
const rounds = Number(flags.rounds);
const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "../../bench");
const labels = [
  "person",
  "city",
  "country",
  "band",
  "song",
  "genre",
  "award",
  "event",
  "river",
  "film",
  "book",
  "team",
];

const folder = mkdtempSync(join(tmpdir(), "gner-bench-"));
try {
  const plan = corpusAndPlan("made", sentences);
  compare(plan);
  if (flags.memory !== undefined) {
    for (const workers of [1, 2]) {
      const { rows, memory, seconds } = contend(
        "build",
        corpusAndPlan("large", Number(flags.memory)),
        workers,
      );
      console.log(
        `${rows} rows with ${workers} worker(s): ${memory.toFixed(0)} MiB at most, ${seconds.toFixed(1)} s`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Makes up a corpus; gives the path of its plan. */
function corpusAndPlan(name: string, count: number): string {
  const random = new Random("corpus");
  const letters = () => String.fromCharCode(97 + random.below(26));
  const vocabulary = Array.from({ length: 20_000 }, () =>
    Array.from({ length: 2 + random.below(8) }, letters).join(""),
  );
  const word = () => vocabulary[random.below(vocabulary.length)] ?? "";
  const file = openSync(join(folder, `${name}.tsv`), "w");
  for (let done = 0; done < count; done++) {
    const lines: string[] = [];
    for (let left = 8 + random.below(33); left > 0; left--) {
      const label = random.below(8) === 0 ? labels[random.below(labels.length)] : undefined;
      lines.push(`${word()}\t${label === undefined ? "O" : `B-${label}`}`);
      if (label !== undefined && random.below(2) === 0) lines.push(`${word()}\tI-${label}`);
    }
    writeSync(file, `${lines.join("\n")}\n\n`);
  }
  closeSync(file);
  const plan = join(folder, `${name}.yaml`);
  writeFileSync(
    plan,
    `seed: 7\nform: t5\nsets: [{ name: made, files: { train: ${name}.tsv }, format: { kind: columns } }]\n`,
  );
  return plan;
}

function compare(plan: string): void {
  const instruction = join(folder, "instruction.txt");
  writeFileSync(instruction, renderPrompt("gner", { words: ["WORDS"], labels: ["LABELS"] }));
  const rows = join(folder, "out-1", "train.jsonl");
  const contenders: [string, () => number][] = [
    ["gner, 1 worker", () => contend("build", plan, 1).seconds],
    ["gner, 2 workers", () => contend("build", plan, 2).seconds],
    ["datasets.map and to_json", () => python(instruction, plan.replace(/yaml$/, "tsv"))],
    ["JSON.stringify and write, rows in memory", () => contend("stringify", rows).seconds],
    ["JSON.stringify alone, rows in memory", () => contend("memory", rows).seconds],
    ["write of the same bytes", () => contend("write", rows).seconds],
  ];
  const seconds = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, run]] of contenders.entries()) seconds[i]?.push(run());
  }
  const [one = [], two = []] = seconds;
  console.log("| contender | rows/s | gner, 1 worker | gner, 2 workers |");
  console.log("|---|---:|---:|---:|");
  for (const [i, [name]] of contenders.entries()) {
    const taken = seconds[i] ?? [];
    const speed = (sentences / median(taken)).toFixed(0);
    console.log(`| ${name} | ${speed} | ${ratio(taken, one)} | ${ratio(taken, two)} |`);
  }
}

/** Of the times of each round, which a busy spell changes less than the ratio of two medians. */
function ratio(theirs: readonly number[], ours: readonly number[]): string {
  return `${median(theirs.map((time, i) => time / (ours[i] ?? Number.NaN))).toFixed(2)}x`;
}

function contend(kind: string, input: string, workers = 1) {
  const out = join(folder, kind === "build" ? `out-${workers}` : "written.jsonl");
  const script = join(here, "dataset-contender.js");
  return output(
    process.execPath,
    [script, kind, input, out, String(workers)],
    z.object({ seconds: z.number(), rows: z.number(), bytes: z.number(), memory: z.number() }),
  );
}

/** Seconds from the corpus to the file of rows. */
function python(instruction: string, corpus: string): number {
  const args = [join(source, "dataset_peer.py"), instruction, corpus, join(folder, "peer.jsonl")];
  const steps = z.object({ read: z.number(), map: z.number(), to_json: z.number() });
  const { read, map, to_json } = output(flags.python, args, steps);
  return read + map + to_json;
}

function output<T>(command: string, args: readonly string[], schema: z.ZodType<T>): T {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
  return schema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
}
