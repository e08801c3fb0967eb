/**
 * Word alignment against the paper's quadratic programme (its Table 5), npm's diff packages and Python's rapidfuzz.
 * `npm run build && node dist/bench/lcs.js`; GNER_LCS_PEERS names a folder where the npm packages are installed.
 * Contenders take turns round by round, so that a busy moment hits all of them; figures are medians of the rounds.
 */
import { alignWords, longestCommonSubsequence } from "../src/lcs/alignment.js";
import { Scratch } from "../src/lcs/scratch.js";
import { Language, type Pair, seeded, separate } from "./lcs-inputs.js";
import { type Aligner, npmPeers, rapidfuzz } from "./lcs-peers.js";

const ROUNDS = 15;

/** What a contender may take for one case; slow ones get fewer rounds. */
const BUDGET_MS = 1_500;

/** The paper's quadratic programme as published: nested arrays, and for each cell the cell it came from. */
function nestedArrays(source: readonly string[], generated: readonly string[]): Int32Array {
  const n = source.length;
  const m = generated.length;
  const lengths = Array.from({ length: n + 1 }, () => new Array<number>(m + 1).fill(0));
  const origins = Array.from({ length: n + 1 }, () =>
    Array.from({ length: m + 1 }, (): readonly [number, number] => [-1, -1]),
  );
  for (let i = 1; i <= n; i++) {
    const above = lengths[i - 1] ?? [];
    const row = lengths[i] ?? [];
    const from = origins[i] ?? [];
    for (let j = 1; j <= m; j++) {
      const up = above[j] ?? 0;
      const left = row[j - 1] ?? 0;
      if (source[i - 1] === generated[j - 1]) {
        row[j] = (above[j - 1] ?? 0) + 1;
        from[j] = [i - 1, j - 1];
      } else {
        row[j] = Math.max(up, left);
        from[j] = up > left ? [i - 1, j] : [i, j - 1];
      }
    }
  }
  const matches = new Int32Array(n).fill(-1);
  let i = n;
  let j = m;
  while (i > 0 && j > 0) {
    const [row, column] = origins[i]?.[j] ?? [0, 0];
    if (row < i && column < j) matches[row] = column;
    i = row;
    j = column;
  }
  return matches;
}

/** Microseconds per pair, by contender. */
function measure(contenders: ReadonlyMap<string, Aligner>, pairs: readonly Pair[]): Map<string, number> {
  const rounds = new Map<string, number[]>();
  const spent = new Map<string, number>();
  let used = 0;
  for (let round = 0; round < ROUNDS + 3; round++) {
    for (const [name, align] of contenders) {
      const total = spent.get(name) ?? 0;
      if (total > BUDGET_MS) continue;
      const start = performance.now();
      for (const [source, generated] of pairs) used += align(source, generated).length;
      const time = performance.now() - start;
      spent.set(name, total + time);
      // The first three rounds are for the compiler, unless they are all that the budget allows.
      const times = rounds.get(name) ?? [];
      if (round === 3) times.length = 0;
      times.push((time * 1_000) / pairs.length);
      rounds.set(name, times);
    }
  }
  if (used < 0) throw new Error("unreachable: keeps results in use");
  return new Map([...rounds].map(([name, times]) => [name, median(times)]));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function figure(microseconds: number | undefined): string {
  if (microseconds === undefined) return "-";
  return microseconds < 100 ? microseconds.toFixed(2) : microseconds.toFixed(0);
}

function print(cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}

function printHead(cells: readonly string[]): void {
  print(cells);
  print(cells.map(() => "---"));
}

const random = seeded(20_240_216);
const language = new Language(random);
const lcsBy = (name: "quadratic" | "hunt-szymanski" | "bit-parallel" | "automatic"): Aligner => {
  return (source, generated) => longestCommonSubsequence(source, generated, name);
};

function lengthsOfThePaper(): void {
  console.log("\nLCS alone by length of the generation, half 3 %, half 20 % edits: microseconds per pair");
  const contenders = new Map<string, Aligner>([
    ["nested arrays", nestedArrays],
    ["quadratic", lcsBy("quadratic")],
    ["hunt-szymanski", lcsBy("hunt-szymanski")],
    ["bit-parallel", lcsBy("bit-parallel")],
    ["automatic", lcsBy("automatic")],
  ]);
  printHead(["words", ...contenders.keys(), "nested arrays / automatic", "quadratic / automatic"]);
  for (const [low, high] of [
    [0, 60],
    [60, 100],
    [100, 200],
  ] as const) {
    const length = () => low + Math.floor(random() * (high - low + 1));
    const pairs = language.pairs(200, length, () => (random() < 0.5 ? 0.03 : 0.2));
    const times = measure(contenders, pairs);
    const best = times.get("automatic") ?? Number.NaN;
    print([
      `${low}-${high}`,
      ...[...contenders.keys()].map((name) => figure(times.get(name))),
      `${((times.get("nested arrays") ?? Number.NaN) / best).toFixed(1)}x`,
      `${((times.get("quadratic") ?? Number.NaN) / best).toFixed(1)}x`,
    ]);
  }
}

function casesOfPeers(): Map<string, Pair[]> {
  const cases = new Map<string, Pair[]>();
  for (const [length, count] of [
    [35, 500],
    [200, 100],
    [2_000, 10],
  ] as const) {
    for (const edits of [0.03, 0.2]) {
      cases.set(
        `${length}, ${edits * 100} % edits`,
        language.pairs(
          count,
          () => length,
          () => edits,
        ),
      );
    }
    // Some packages take seconds for one such pair of 2,000 words.
    const few = length < 2_000 ? count : 1;
    const different = () => separate(Array.from({ length }, (_, i) => `${language.word()}${i}`));
    const same = () => separate(new Array<string>(length).fill("word"));
    cases.set(
      `${length}, all same`,
      Array.from({ length: few }, () => [same(), same()]),
    );
    cases.set(
      `${length}, all different`,
      Array.from({ length: few }, () => [different(), different().map((word) => `${word}x`)]),
    );
  }
  return cases;
}

function besidePeers(): void {
  console.log("\nThe whole hierarchy (alignWords) beside other packages: microseconds per pair");
  const peers = npmPeers();
  const contenders = new Map<string, Aligner>([
    ["gner", (source, generated) => alignWords(source, generated).matches],
    ["gner LCS alone", lcsBy("automatic")],
    ["hunt-szymanski", lcsBy("hunt-szymanski")],
    ["bit-parallel", lcsBy("bit-parallel")],
    ...peers,
  ]);
  const cases = casesOfPeers();
  const python = rapidfuzz(cases);
  printHead(["case", ...contenders.keys(), "rapidfuzz", "gner / fastest npm", "gner / rapidfuzz"]);
  for (const [name, pairs] of cases) {
    const times = measure(contenders, pairs);
    const own = times.get("gner") ?? Number.NaN;
    const fastest = Math.min(...[...peers.keys()].map((peer) => times.get(peer) ?? Infinity));
    const fuzz = python.get(name);
    print([
      name,
      ...[...contenders.keys()].map((contender) => figure(times.get(contender))),
      figure(fuzz),
      fastest === Infinity ? "-" : (own / fastest).toFixed(2),
      fuzz === undefined ? "-" : (own / fuzz).toFixed(2),
    ]);
  }
}

function scratchMemory(): void {
  console.log("\nScratch memory of one `automatic` alignment of 2,000 words a side, in bytes");
  printHead(["case", "bytes"]);
  const text = language.text(2_000);
  const two = () => Array.from({ length: 2_000 }, () => (random() < 0.5 ? "a" : "b"));
  const shuffled = text.toSorted(() => random() - 0.5);
  const cases: readonly (readonly [string, string[], string[]])[] = [
    ["3 % edits", text, language.copy(text, 0.03)],
    ["20 % edits", text, language.copy(text, 0.2)],
    ["other order", text, shuffled],
    ["two words only", two(), two()],
    ["each word twice, far apart", shuffled, [...new Set(text), ...new Set(text)].slice(0, 2_000)],
  ];
  for (const [name, source, generated] of cases) {
    Scratch.release();
    longestCommonSubsequence(source, generated);
    print([name, String(Scratch.heldBytes())]);
  }
}

lengthsOfThePaper();
besidePeers();
scratchMemory();
