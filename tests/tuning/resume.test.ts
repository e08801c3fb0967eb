import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { buildDataset } from "../../src/tuning/build.js";
import { journalName } from "../../src/tuning/output/journal.js";
import { readPlan } from "../../src/tuning/plan.js";
import { testFolder } from "./support.js";
import { bytesOf, workplace } from "./workplace.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "../../dist/src/cli/main.js");
const sentences = 24_000;

/** Makes the corpus so large that another thread hashes where one makes the rows. */
const filler = "x".repeat(180);

/** A folder with a plan of packed shards, which takes a while to build. */
async function slowPlan(compression = "gzip"): Promise<string> {
  const folder = await testFolder();
  const lines = Array.from({ length: sentences }, (_, i) =>
    i % 3 === 0
      ? `Ada\tB-person\nleft\tO\nBonn\tB-place\n${i}\tO\n${filler}\tO\n`
      : `Line\tO\n${i}\tO\n${filler}\tO\n`,
  );
  await writeFile(join(folder, "a.tsv"), lines.join("\n"));
  await writeFile(join(folder, "b.tsv"), lines.slice(0, 700).join("\n"));
  await writeFile(
    join(folder, "plan.yaml"),
    `seed: 7
form: t5
output: { compression: ${compression}, rowsPerShard: 5000, validation: 0.1 }
sampling: { absent: 1, foreign: 1 }
sets:
  - { name: a, files: { train: a.tsv, dev: b.tsv }, format: { kind: columns } }
  - { name: b, files: { train: b.tsv }, format: { kind: columns } }
`,
  );
  return folder;
}

const args = (folder: string, out: string, flags: readonly string[]) => [
  main,
  "dataset",
  "build",
  join(folder, "plan.yaml"),
  "-o",
  out,
  ...flags,
];

/** Builds in a process of its own. */
function run(folder: string, out: string, ...flags: string[]) {
  const { status, stderr } = spawnSync(process.execPath, args(folder, out, flags), { encoding: "utf8" });
  return { status, stderr };
}

/** Builds in a process that gets SIGKILL as soon as a moment has come; tells whether it came before the end. */
async function killed(
  folder: string,
  out: string,
  moment: () => boolean,
  ...flags: string[]
): Promise<boolean> {
  const child = spawn(process.execPath, args(folder, out, flags), { stdio: "ignore" });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => {
    child.once("exit", (_, signal) => resolve(signal));
  });
  while (child.exitCode === null && child.signalCode === null) {
    if (moment()) child.kill("SIGKILL");
    await sleep(1);
  }
  return (await ended) === "SIGKILL";
}

/** Whether so many chunks are written. */
const chunksWritten = (out: string, chunks: number) => () => {
  const journal = join(out, journalName);
  return existsSync(journal) && readFileSync(journal, "utf8").split("\n").length > chunks + 1;
};

describe("a build that is killed with SIGKILL and resumed", () => {
  const title =
    "of %s gives the bytes of an unbroken one, whenever killed and by however many threads it is made";

  it.each(["none", "gzip", "zstd"])(title, async (compression) => {
    const folder = await slowPlan(compression);
    const whole = join(folder, "whole");
    expect(run(folder, whole)).toMatchObject({ status: 0 });
    const expected = await bytesOf(whole);
    expect([...expected.keys()].filter((name) => name.startsWith("train"))).toHaveLength(5);

    const moments: [string, number[], string][] = [
      ["before the first chunk", [-1], "1"],
      ["after the first chunk", [1], "2"],
      ["in another file of the split", [20], "1"],
      ["three times", [4, 17, 41], "2"],
    ];
    for (const [name, chunks, workers] of moments) {
      const out = join(folder, name);
      for (const count of chunks) {
        const flags = count === chunks[0] ? [] : ["--resume"];
        expect(await killed(folder, out, chunksWritten(out, count), ...flags, "--workers", workers)).toBe(
          true,
        );
        expect((await readdir(out)).filter((file) => expected.has(file))).toEqual([]);
      }
      expect(run(folder, out)).toMatchObject({ status: 2, stderr: expect.stringContaining("--resume") });
      expect(run(folder, out, "--resume", "--workers", workers)).toMatchObject({ status: 0 });
      expect(await bytesOf(out), name).toEqual(expected);
    }

    // At any moment, whatever it is doing then: the last files are being closed and named.
    const out = join(folder, "at the end");
    const isEnding = () => existsSync(join(out, "manifest.json.partial"));
    await killed(folder, out, isEnding);
    expect(run(folder, out, "--resume")).toMatchObject({ status: 0 });
    expect(await bytesOf(out)).toEqual(expected);
  });

  it("is refused where the plan or a source has changed since, and may start anew", async () => {
    const folder = await slowPlan();
    const out = join(folder, "out");
    expect(await killed(folder, out, chunksWritten(out, 3))).toBe(true);
    const seed = run(folder, out, "--resume", "--seed", "8");
    expect(seed).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("has changed since: plan key seed;"),
    });
    await writeFile(join(folder, "b.tsv"), "Ada\tB-person\nBonn\tB-place\n");
    const source = run(folder, out, "--resume");
    expect(source.stderr).toContain("has changed since: dev source of set a, train source of set b;");
    expect(run(folder, out, "--overwrite", "--resume").stderr).toContain("choose one");
    expect(run(folder, out, "--overwrite").status).toBe(0);
    const fresh = join(folder, "fresh");
    expect(run(folder, fresh).status).toBe(0);
    expect(await bytesOf(out)).toEqual(await bytesOf(fresh));
  });

  it("goes on where a file may not grow further, when it may again", async () => {
    const folder = await slowPlan();
    const out = join(folder, "out");
    const plan = (await readPlan(join(folder, "plan.yaml"))).folder;
    const shell = `ulimit -f 60; exec "$0" "$@"`;
    const limited = spawnSync("bash", ["-c", shell, process.execPath, ...args(plan, out, [])], {
      encoding: "utf8",
    });
    expect(limited.stderr).toMatch(
      /cannot write .*\.partial: the file would be larger than the system allows; make room/,
    );
    expect(limited.status).toBe(2);
    expect(run(folder, out, "--resume").status).toBe(0);
    expect(run(folder, join(folder, "whole")).status).toBe(0);
    expect(await bytesOf(out)).toEqual(await bytesOf(join(folder, "whole")));
  });
});

describe("a build that is stopped", () => {
  it("leaves what it has, to be resumed", async () => {
    const { plan, out, folder } = await workplace();
    const reason = new Error("enough");
    const stop = new AbortController();
    const stopped = buildDataset(plan, out, {
      signal: stop.signal,
      onProgress: ({ rows }) => {
        if (rows > 1000) stop.abort(reason);
      },
    });
    await expect(stopped).rejects.toBe(reason);
    await expect(buildDataset(plan, out)).rejects.toThrow(/a build broke off in .*--resume/);
    await buildDataset(plan, out, { mode: "resume" });
    await buildDataset(plan, join(folder, "whole"));
    expect(await bytesOf(out)).toEqual(await bytesOf(join(folder, "whole")));
  });

  it("goes on with its last names where they could not be given", async () => {
    const { plan, out, folder } = await workplace();
    await buildDataset(plan, join(folder, "whole"));
    await mkdir(join(out, "dev.jsonl"), { recursive: true });
    await expect(buildDataset(plan, out, { mode: "overwrite" })).rejects.toThrow(/EISDIR/);
    await rmdir(join(out, "dev.jsonl"));
    await buildDataset(plan, out, { mode: "resume" });
    expect(await bytesOf(out)).toEqual(await bytesOf(join(folder, "whole")));
  });
});

describe("resuming", () => {
  it("starts a build where there is none, and leaves a finished one of the same plan as it is", async () => {
    const { plan, out } = await workplace();
    const manifest = await buildDataset(plan, out, { mode: "resume" });
    const before = await bytesOf(out);
    expect(await buildDataset(plan, out, { mode: "resume" })).toEqual(manifest);
    expect(await bytesOf(out)).toEqual(before);
    await expect(buildDataset({ ...plan, seed: "8" }, out, { mode: "resume" })).rejects.toThrow(
      /already holds manifest.json, which is not of this plan/,
    );
  });

  it("refuses rows that are not as the build left them", async () => {
    const { plan, out } = await workplace();
    const stop = new AbortController();
    const stopped = buildDataset(plan, out, {
      signal: stop.signal,
      onProgress: ({ rows }) => {
        if (rows > 1000) stop.abort();
      },
    });
    await expect(stopped).rejects.toThrow();
    await writeFile(join(out, "train.jsonl.partial"), "half a ro");
    await expect(buildDataset(plan, out, { mode: "resume" })).rejects.toThrow(/not as the build left it/);
  });
});
