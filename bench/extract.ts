/**
 * What a user waits for with the built-in model: one sentence from the command line, start-up included, and the
 * sentences after the first in a loaded `Gner`.
 *
 *   node dist/bench/extract.js
 */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Gner } from "../src/index.js";
import { median } from "./measure.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "../src/cli/main.js");
const short = "Guido van Rossum wrote Python in Amsterdam.";
/** 30 words. */
const sentence =
  "Grace Hopper worked on COBOL in Philadelphia before Guido van Rossum began Python in Amsterdam at the institute " +
  "where Edsger Dijkstra had once written about programming for the Electrologica computer";
const labels = [
  "person",
  "programming language",
  "organization",
  "city",
  "algorithm",
  "product",
  "country",
  "university",
  "conference",
  "task",
];

const commandLine = Array.from({ length: 9 }, () => {
  const started = performance.now();
  const { status } = spawnSync(process.execPath, [main, "extract", "--labels", "person,city", short]);
  if (status !== 0) throw new Error("gner extract failed");
  return performance.now() - started;
});
console.log(
  `gner extract, one sentence, start-up included: median ${median(commandLine).toFixed(0)} ms of 9`,
);

const started = performance.now();
const gner = await Gner.load();
console.log(`Gner.load: ${(performance.now() - started).toFixed(0)} ms`);
for (const numBeams of [1, 4]) {
  const times: number[] = [];
  for (let i = 0; i < 22; i++) {
    const before = performance.now();
    await gner.extract(sentence, labels, { numBeams });
    if (i > 0) times.push(performance.now() - before);
  }
  const words = sentence.split(" ").length;
  const [second = Number.NaN] = times;
  console.log(
    `${words} words, ${labels.length} labels, ${numBeams === 1 ? "greedy" : `${numBeams} beams`}: second sentence ` +
      `${second.toFixed(0)} ms, median of 21 ${median(times).toFixed(0)} ms`,
  );
}
await gner.close();
