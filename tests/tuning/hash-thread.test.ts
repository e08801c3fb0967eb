import { spawnSync } from "node:child_process";
import { createHash, hash } from "node:crypto";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildDataset } from "../../src/tuning/build.js";
import { HashThread } from "../../src/tuning/hash-thread.js";
import { readPlan } from "../../src/tuning/plan.js";
import { plannedRows } from "./planned-rows.js";
import { testFile, testFolder } from "./support.js";
import { fileOf, sha256 } from "./workplace.js";

const large = 1 << 23;

function testThread(): HashThread {
  const thread = HashThread.forBuild(large, 0);
  if (thread === null) throw new Error("there should be one");
  onTestFinished(() => thread.end());
  return thread;
}

describe("a thread that hashes", () => {
  it("is there for large builds with a core to spare", () => {
    expect(HashThread.forBuild(large, availableParallelism())).toBeNull();
    expect(HashThread.forBuild(1 << 20, 0)).toBeNull();
  });

  it("gives the hashes of files, and null of what is none", async () => {
    const thread = testThread();
    const small = await testFile("a", "Ada");
    const longer = await testFile("b", Buffer.alloc(3_000_000, "abc"));
    const asked = [small, longer, join(small, "none"), await testFolder(), small].map((file) =>
      thread.ofFile(file),
    );
    const [first, second, ...others] = await Promise.all(asked);
    expect(first).toBe(await sha256(small));
    expect(second).toBe(await sha256(longer));
    expect(others).toEqual([null, null, first]);
  });

  it("hashes streams side by side, of bytes that are shared and that are not", async () => {
    const thread = testThread();
    const streams = [0, 1].map(() => ({ own: createHash("sha256"), hashSoFar: thread.stream() }));
    const shared = Buffer.from(new SharedArrayBuffer(100_000)).fill("shared");
    const pieces = [
      Buffer.from("Ada"),
      shared.subarray(7, 90_000),
      Buffer.alloc(0),
      Buffer.alloc(1000, 1),
      shared,
    ];
    const [expected, found]: [string[], Promise<string>[]] = [[], []];
    for (const [i, piece] of pieces.entries()) {
      for (const { own, hashSoFar } of i % 2 === 0 ? streams : streams.slice(1)) {
        expected.push(own.update(piece).copy().digest("hex"));
        found.push(hashSoFar(piece));
      }
    }
    expect(await Promise.all(found)).toEqual(expected);
  });

  it("says so when it has ended", async () => {
    const thread = testThread();
    const hashSoFar = thread.stream();
    const [before, file] = [hashSoFar(Buffer.alloc(1 << 20)), thread.ofFile("/dev/zero")];
    await before;
    await thread.end();
    await expect(file).rejects.toThrow(/ended before its work was done/);
    await expect(hashSoFar(Buffer.alloc(1))).rejects.toThrow(/ended before its work was done/);
  });
});

describe("a large build", () => {
  const sentence = (i: number) => `Ada\tB-person\nwrote\tO\n${i}${"x".repeat(150)}\tO\n\n`;
  const lines = Array.from({ length: 30_000 }, (_, i) => sentence(i));

  async function largePlan(): Promise<string> {
    const folder = await testFolder();
    await writeFile(join(folder, "a.tsv"), lines.join(""));
    const sets = [{ name: "a", files: { train: "a.tsv" }, format: { kind: "columns" } }];
    await writeFile(join(folder, "plan.yaml"), JSON.stringify({ seed: 3, form: "t5", sets }));
    return folder;
  }

  it("writes the rows of its plan, with their hashes", async () => {
    const folder = await largePlan();
    const plan = await readPlan(join(folder, "plan.yaml"));
    const out = join(folder, "out");
    const { outputs, sets } = await buildDataset(plan, out);
    const made = await plannedRows(plan);
    const rows = made.map((row) => ("row" in row ? `${JSON.stringify(row.row)}\n` : "")).join("");
    const file = await fileOf(out, "train.jsonl", lines.length);
    expect(file.sha256).toBe(hash("sha256", rows));
    expect(outputs.train?.files).toEqual([file]);
    expect(sets[0]?.splits.train?.sources[0]?.sha256).toBe(await sha256(join(folder, "a.tsv")));
  });

  it("tells of a source that cannot be hashed before a fault in another", async () => {
    const folder = await largePlan();
    await writeFile(join(folder, "faulty.tsv"), "Ada\n");
    await mkdir(join(folder, "dev"));
    await symlink("nowhere", join(folder, "dev", "dangling"));
    const files = { train: ["a.tsv", "faulty.tsv"], dev: "dev" };
    const sets = [{ name: "a", files, format: { kind: "columns" } }];
    await writeFile(join(folder, "plan.yaml"), JSON.stringify({ seed: 3, form: "t5", sets }));
    const plan = await readPlan(join(folder, "plan.yaml"));
    await expect(buildDataset(plan, join(folder, "out"))).rejects.toThrow(/no such file: .*dangling/);
  });

  it("needs no thread where the address space is limited", async () => {
    const folder = await largePlan();
    const main = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));
    const args = [main, "dataset", "build", join(folder, "plan.yaml"), "-o", join(folder, "out")];
    const shell = `ulimit -v 4000000; exec "$0" "$@"`;
    const built = spawnSync("bash", ["-c", shell, process.execPath, ...args], { encoding: "utf8" });
    expect(built).toMatchObject({ status: 0, signal: null });
  });
});
