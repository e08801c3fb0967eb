import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { FormatError, InputError } from "../../src/core/errors.js";
import { buildDataset } from "../../src/tuning/build.js";
import { lockName } from "../../src/tuning/output/folder-lock.js";
import { bytesOf, sha256, workplace } from "./workplace.js";

describe("an output folder", () => {
  it("that holds a data set is refused unless it may be overwritten, and then loses what is old", async () => {
    const { plan, out } = await workplace();
    await buildDataset(plan, out);
    const before = await bytesOf(out);
    await expect(buildDataset(plan, out)).rejects.toThrow(InputError);
    await expect(buildDataset(plan, out)).rejects.toThrow(/already holds manifest.json/);
    expect(await bytesOf(out)).toEqual(before);
    await buildDataset({ ...plan, sets: plan.sets.slice(1) }, out, { mode: "overwrite" });
    expect((await readdir(out)).sort()).toEqual(["manifest.json", "train.jsonl"]);
  });

  it("with rows of unknown origin is refused too", async () => {
    const { plan, out } = await workplace();
    await mkdir(out);
    await writeFile(join(out, "test.jsonl"), "mine\n");
    await expect(buildDataset(plan, out)).rejects.toThrow(/already holds test.jsonl/);
    expect(await readFile(join(out, "test.jsonl"), "utf8")).toBe("mine\n");
  });

  it("with files of an unknown build that broke off is left alone", async () => {
    const { plan, out } = await workplace();
    await mkdir(out);
    await writeFile(join(out, "train.jsonl.partial"), "half a ro");
    await expect(buildDataset(plan, out)).rejects.toThrow(/a build broke off in .*--resume.*--overwrite/);
    await expect(buildDataset(plan, out, { mode: "resume" })).rejects.toThrow(
      /train.jsonl.partial of an unknown build/,
    );
    expect(await readFile(join(out, "train.jsonl.partial"), "utf8")).toBe("half a ro");
    await buildDataset(plan, out, { mode: "overwrite" });
    expect((await readdir(out)).sort()).toEqual(["dev.jsonl", "manifest.json", "train.jsonl"]);
  });

  it("takes one build at a time: the second is refused and does not touch the first", async () => {
    const { plan, out } = await workplace();
    const settled = await Promise.allSettled(
      [1, 2, 3].map((seed) => buildDataset({ ...plan, seed: String(seed) }, out, { mode: "overwrite" })),
    );
    const built = settled.filter(({ status }) => status === "fulfilled");
    const refused = settled.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(built).toHaveLength(1);
    for (const reason of refused) {
      expect(reason).toBeInstanceOf(InputError);
      expect(reason).toHaveProperty("message", expect.stringMatching(/another build .*is writing into/));
    }
    expect((await readdir(out)).sort()).toEqual(["dev.jsonl", "manifest.json", "train.jsonl"]);
    const { outputs } = JSON.parse(await readFile(join(out, "manifest.json"), "utf8"));
    expect(await sha256(join(out, "train.jsonl"))).toBe(outputs.train.files[0].sha256);
    await buildDataset(plan, out, { mode: "overwrite" });
  });

  it.runIf(process.platform === "linux")(
    "takes the lock of a build that was killed this moment",
    async () => {
      const { plan, out } = await workplace();
      await mkdir(out);
      // The shell becomes a process that never looks after the one it started.
      const parent = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"]);
      const [printed] = await once(parent.stdout, "data");
      const pid = Number(String(printed));
      while (!/^State:\s*Z/m.test(await readFile(`/proc/${pid}/status`, "utf8"))) await sleep(5);
      await writeFile(join(out, lockName), lock(pid, now()));
      await buildDataset(plan, out);
      parent.kill("SIGKILL");
      expect((await readdir(out)).sort()).toEqual(["dev.jsonl", "manifest.json", "train.jsonl"]);
    },
  );

  const lock = (pid: number, since: string, host = hostname()) => JSON.stringify({ pid, host, since });
  const now = () => new Date().toISOString();
  const running: [string, () => string][] = [
    ["another process", () => lock(process.ppid, now())],
    ["another machine", () => lock(1, now(), "elsewhere.example")],
    ["a build that has not said who it is", () => ""],
  ];

  it.each(running)("with a lock of %s is refused, and the lock stays", async (_, content) => {
    const { plan, out } = await workplace();
    await mkdir(out);
    await writeFile(join(out, lockName), content());
    await expect(buildDataset(plan, out, { mode: "overwrite" })).rejects.toThrow(
      /another build .*is writing into/,
    );
    expect(await readdir(out)).toEqual([lockName]);
  });

  it("with a lock of a process that is gone is taken over", async () => {
    const { plan, out } = await workplace();
    const { pid } = spawnSync(process.execPath, ["-e", "0"]);
    await mkdir(out);
    for (const stale of [lock(pid, now()), lock(process.pid, "2001-01-01T00:00:00.000Z")]) {
      await writeFile(join(out, lockName), stale);
      await buildDataset(plan, out, { mode: "overwrite" });
      expect((await readdir(out)).sort()).toEqual(["dev.jsonl", "manifest.json", "train.jsonl"]);
    }
  });

  it("that is a file is an InputError", async () => {
    const { folder, plan } = await workplace();
    await expect(buildDataset(plan, join(folder, "plan.yaml"))).rejects.toThrow(InputError);
  });
});

describe("a build that fails leaves nothing, and an older data set as it was", () => {
  const failures: [
    string,
    (folder: string) => Promise<void>,
    typeof InputError | typeof FormatError,
    RegExp,
  ][] = [
    [
      "a fault in a later file",
      (folder) => writeFile(join(folder, "a-dev.tsv"), "a\tO\nb\n"),
      FormatError,
      /a-dev.tsv:2/,
    ],
    [
      "a corrupt gzip",
      (folder) => writeFile(join(folder, "b-train.tsv.gz"), gzipSync("a\tO\n").subarray(0, 15)),
      FormatError,
      /b-train.tsv.gz: not a whole gzip/,
    ],
    [
      "labels that look the same",
      (folder) => writeFile(join(folder, "a-dev.tsv"), "a\tB-Person\n"),
      InputError,
      /set "a": labels "Person" and "person"/,
    ],
    [
      "a set without labels",
      (folder) => writeFile(join(folder, "b-train.tsv.gz"), gzipSync("a\tO\n")),
      InputError,
      /set "b": no labels/,
    ],
  ];

  it.each(failures)("after %s", async (_, damage, kind, message) => {
    const { folder, plan, out } = await workplace();
    await buildDataset(plan, out);
    const before = await bytesOf(out);
    await damage(folder);
    const fault = buildDataset(plan, out, { mode: "overwrite" });
    await expect(fault).rejects.toThrow(kind);
    await expect(fault).rejects.toThrow(message);
    expect(await bytesOf(out)).toEqual(before);
    await expect(buildDataset(plan, join(folder, "fresh"))).rejects.toThrow(kind);
    expect(await readdir(join(folder, "fresh"))).toEqual([]);
  });

  it("after a fault that shows only while rows are written", async () => {
    const { folder, plan, out } = await workplace();
    await writeFile(join(folder, "a-dev.tsv"), "a\tO\nb\n");
    // With the labels given, files are read once.
    const sets = plan.sets.map((set) => ({ ...set, labels: ["person", "place", "cook", "dish"] }));
    await expect(buildDataset({ ...plan, sets }, out)).rejects.toThrow(/a-dev.tsv:2/);
    expect(await readdir(out)).toEqual([]);
  });

  it("when a source is missing, before any work", async () => {
    const { plan, out } = await workplace();
    const sets = plan.sets.map((set) => ({ ...set, files: { ...set.files, test: "none.tsv" } }));
    const fault = buildDataset({ ...plan, sets }, out);
    await expect(fault).rejects.toThrow(InputError);
    await expect(fault).rejects.toThrow(/no such file: .*none.tsv/);
    await expect(readdir(out)).rejects.toThrow(/ENOENT/);
  });

  it("when a held out file is missing, before any work", async () => {
    const { plan, out } = await workplace("heldOut: { files: [none.tsv] }");
    await expect(buildDataset(plan, out)).rejects.toThrow(/no such file: .*none.tsv/);
    await expect(readdir(out)).rejects.toThrow(/ENOENT/);
  });

  it("when a set has a label of the extra class", async () => {
    const { folder, plan, out } = await workplace("elseClass: true");
    await writeFile(join(folder, "a-dev.tsv"), "a\tB-else\n");
    await expect(buildDataset(plan, out)).rejects.toThrow(/set "a" has a label "else" of its own/);
  });
});
