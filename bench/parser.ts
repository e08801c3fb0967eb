/**
 * Time of the parsers on hostile text, and of carrying hostile generations back to words: doubling the input may take
 * at most 2.5 times as long.
 *
 *   node dist/bench/parser.js
 *
 * Prints a Markdown table: median milliseconds at n, 2n and 4n repeats, and the median ratio of
 * each doubling. Exits with 1 where a ratio is above the bound.
 */
import { noBackTokenization } from "../src/codecs/back-tokenize.js";
import { labelSet } from "../src/codecs/label-set.js";
import { readGeneration } from "../src/codecs/read-generation.js";
import { restoreTags } from "../src/codecs/restore-tags.js";
import { parseWordLabels } from "../src/codecs/word-label.js";
import { median } from "./measure.js";

const bound = 2.5;
const runs = 31;

interface Case {
  readonly work: string;
  readonly input: string;
  readonly repeats: number;
  /** Makes the input, which is not timed, and returns what is. */
  readonly prepare: (repeats: number) => () => void;
}

const labels = ["person", "city", "film (movie)", "line\nbreak", `${"long ".repeat(39)}(x)`];

const hostileUnits = [
  "(B-",
  "(B-\n",
  "(I-\n)",
  "(",
  "(O)",
  "(O",
  "( ",
  "(O ",
  "（",
  "（B-",
  "(B-）",
  "(B-x",
  "(B-)",
  "a(O)",
  "(B-film (movie",
  `(B-${"long ".repeat(39)}`,
  "[/INST]",
  "[INST] [/INST] (",
  " ",
  "\ud83d(O)\ude00",
];

const parsing: Case[] = hostileUnits.flatMap((unit) => {
  // Long units are repeated less, so that all runs take about a millisecond: longer ones measure garbage collection.
  const repeats = Math.ceil(60_000 / (unit.length + 2));
  const input = JSON.stringify(unit.length > 20 ? `${unit.slice(0, 14)}...` : unit);
  return [
    {
      work: "parseWordLabels",
      input,
      repeats,
      prepare: (times) => {
        const text = unit.repeat(times);
        return () => parseWordLabels(text);
      },
    },
    {
      work: "readGeneration",
      input,
      repeats,
      prepare: (times) => {
        const text = unit.repeat(times);
        return () => readGeneration(text, labels);
      },
    },
  ];
});

const manyLabels = labelSet(Array.from({ length: 500 }, (_, i) => `kind ${i} of thing`));

function restoring(input: string, repeats: number, make: (i: number) => [word: string, item: string]): Case {
  const prepare = (times: number) => {
    const made = Array.from({ length: times }, (_, i) => make(i));
    const words = made.map(([word]) => word);
    const text = made.map(([, item]) => item).join(" ");
    return () => restoreTags(words, text, manyLabels, noBackTokenization);
  };
  return { work: "restoreTags", input, repeats, prepare };
}

const restored: Case[] = [
  restoring("a different invented label at every word", 500, (i) => [`w${i}`, `w${i}(B-kynd ${i} of think)`]),
  restoring("every other word with a slip", 1000, (i) => [
    `word${i}`,
    i % 2 === 0 ? `word${i}(O)` : `word${i}x(O)`,
  ]),
  restoring("gaps of 60 words with slips", 600, (i) => [
    `word${i}`,
    i % 60 === 0 ? `word${i}(O)` : `w0rd${i}(O)`,
  ]),
  restoring("gaps of 10 words of 2,000 characters", 100, (i) => {
    const long = `${"ab".repeat(1000)}${i}`;
    return i % 10 === 0 ? [long, `${long}(O)`] : [long, `x${long.slice(1)}y(O)`];
  }),
  restoring("lost words before I-, alone and in pairs", 2000, (i) => [
    `word${i}`,
    i % (i < 1000 ? 2 : 3) === 0 ? `word${i}(I-kind 1 of thing)` : "",
  ]),
];

console.log("| work | input | n | ms at n | 2n | 4n | ratios |");
console.log("|---|---|---:|---:|---:|---:|---:|");
for (const { work, input, repeats, prepare } of [...parsing, ...restored]) {
  const times = timesInTurn([prepare(repeats), prepare(2 * repeats), prepare(4 * repeats)]);
  const ratios = times.slice(1).map((longer, i) => medianRatio(longer, times[i] ?? []));
  const cells = [
    ...times.map((one) => median(one).toFixed(2)),
    ratios.map((ratio) => ratio.toFixed(2)).join(" "),
  ];
  console.log(`| ${[work, input, repeats, ...cells].join(" | ")} |`);
  if (ratios.some((ratio) => ratio > bound)) process.exitCode = 1;
}

/** Milliseconds of every run. The works take turns, so that a busy spell of the machine meets all of them. */
function timesInTurn(works: readonly (() => void)[]): number[][] {
  const times = works.map((): number[] => []);
  for (let run = -3; run < runs; run++) {
    for (const [i, work] of works.entries()) {
      const started = performance.now();
      work();
      if (run >= 0) times[i]?.push(performance.now() - started);
    }
  }
  return times;
}

/** Of the ratios of each turn, which a busy spell changes less than the ratio of two medians. */
function medianRatio(longer: readonly number[], shorter: readonly number[]): number {
  return median(longer.map((time, i) => time / (shorter[i] ?? Number.NaN)));
}
