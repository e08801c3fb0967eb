import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { Pair } from "./lcs-inputs.js";

/** An aligner: for each source word the index of its generated word, or -1. */
export type Aligner = (source: readonly string[], generated: readonly string[]) => Int32Array;

const callable = (value: unknown) => typeof value === "function";
type Words = readonly string[];

const FastMyersDiff = z.object({
  lcs: z.custom<(a: Words, b: Words) => Iterable<readonly [number, number, number]>>(callable),
});
const JestDiffSequences = z.object({
  default:
    z.custom<
      (
        aLength: number,
        bLength: number,
        isCommon: (a: number, b: number) => boolean,
        found: (count: number, a: number, b: number) => void,
      ) => void
    >(callable),
});
const Diff = z.object({
  diffArrays:
    z.custom<
      (a: Words, b: Words) => { readonly count: number; readonly added: boolean; readonly removed: boolean }[]
    >(callable),
});
interface Link {
  readonly buffer1index: number;
  readonly buffer2index: number;
  readonly chain: Link | null;
}
const NodeDiff3 = z.object({ LCS: z.custom<(a: Words, b: Words) => Link>(callable) });

function fill(matches: Int32Array, row: number, column: number, count: number): void {
  for (let step = 0; step < count; step++) matches[row + step] = column + step;
}

/**
 * npm's LCS and diff packages, from the `node_modules` of the folder that GNER_LCS_PEERS names. Each brings its
 * result into the same shape; which of several longest subsequences they take is theirs.
 */
export function npmPeers(): Map<string, Aligner> {
  const peers = new Map<string, Aligner>();
  const folder = process.env.GNER_LCS_PEERS;
  if (folder === undefined) {
    console.log("npm packages: skipped, GNER_LCS_PEERS names no folder with them installed");
    return peers;
  }
  const load = createRequire(join(resolve(folder), "package.json"));
  const add = (name: string, aligner: () => Aligner) => {
    try {
      peers.set(name, aligner());
    } catch (error) {
      console.log(`${name}: skipped, ${error instanceof Error ? error.message.split("\n")[0] : error}`);
    }
  };
  add("fast-myers-diff", () => {
    const { lcs } = FastMyersDiff.parse(load("fast-myers-diff"));
    return (source, generated) => {
      const matches = new Int32Array(source.length).fill(-1);
      for (const [row, column, count] of lcs(source, generated)) fill(matches, row, column, count);
      return matches;
    };
  });
  add("@jest/diff-sequences", () => {
    const { default: diffSequences } = JestDiffSequences.parse(load("@jest/diff-sequences"));
    return (source, generated) => {
      const matches = new Int32Array(source.length).fill(-1);
      diffSequences(
        source.length,
        generated.length,
        (row, column) => source[row] === generated[column],
        (count, row, column) => fill(matches, row, column, count),
      );
      return matches;
    };
  });
  add("diff", () => {
    const { diffArrays } = Diff.parse(load("diff"));
    return (source, generated) => {
      const matches = new Int32Array(source.length).fill(-1);
      let row = 0;
      let column = 0;
      for (const { count, added, removed } of diffArrays(source, generated)) {
        if (!added && !removed) fill(matches, row, column, count);
        if (!added) row += count;
        if (!removed) column += count;
      }
      return matches;
    };
  });
  add("node-diff3", () => {
    const { LCS } = NodeDiff3.parse(load("node-diff3"));
    return (source, generated) => {
      const matches = new Int32Array(source.length).fill(-1);
      for (let link = LCS(source, generated); link.chain !== null; link = link.chain) {
        matches[link.buffer1index] = link.buffer2index;
      }
      return matches;
    };
  });
  return peers;
}

const RAPIDFUZZ = `
import json, statistics, sys, time
from rapidfuzz.distance import LCSseq
for name, pairs in json.load(open(sys.argv[1])).items():
    rounds = []
    for _ in range(11):
        start = time.perf_counter()
        for source, generated in pairs:
            LCSseq.opcodes(source, generated)
        rounds.append((time.perf_counter() - start) * 1e6 / len(pairs))
    print(json.dumps([name, statistics.median(rounds)]))
`;

/** Microseconds per pair of rapidfuzz's LCSseq.opcodes, by case; empty where there is no python3 with rapidfuzz. */
export function rapidfuzz(cases: ReadonlyMap<string, readonly Pair[]>): Map<string, number> {
  const folder = mkdtempSync(join(tmpdir(), "lcs-"));
  try {
    const file = join(folder, "pairs.json");
    writeFileSync(file, JSON.stringify(Object.fromEntries(cases)));
    const stdio = ["ignore", "pipe", "pipe"] as const;
    const output = execFileSync("python3", ["-c", RAPIDFUZZ, file], { encoding: "utf8", stdio: [...stdio] });
    const row = z.tuple([z.string(), z.number()]);
    return new Map(
      output
        .trim()
        .split("\n")
        .map((line) => row.parse(JSON.parse(line))),
    );
  } catch {
    console.log("rapidfuzz: skipped, no python3 that can import it");
    return new Map();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
