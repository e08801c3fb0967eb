import { spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { buildDataset } from "../../src/tuning/build.js";
import { LengthTally, summarizeLengths } from "../../src/tuning/length-tally.js";
import { BlockPool, LineBuffer } from "../../src/tuning/output/line-buffer.js";
import { ShardCutter } from "../../src/tuning/output/shards.js";
import { DiskFullError, writeError } from "../../src/tuning/output/write-error.js";
import { testFolder } from "./support.js";
import { bytesOf, fileOf, readRows, workplace } from "./workplace.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "../../dist/src/cli/main.js");

describe("packed rows", () => {
  const kinds = [
    ["gzip", ".gz", gunzipSync],
    ["zstd", ".zst", zstdDecompressSync],
  ] as const;

  it.each(kinds)("of %s are the plain ones", async (compression, suffix, unpack) => {
    const plain = await workplace();
    await buildDataset(plain.plan, plain.out);
    const packed = await workplace(`output: { compression: ${compression} }`);
    const manifest = await buildDataset(packed.plan, packed.out);
    expect((await readdir(packed.out)).sort()).toEqual([
      `dev.jsonl${suffix}`,
      "manifest.json",
      `train.jsonl${suffix}`,
    ]);
    const bytes = await readFile(join(packed.out, `train.jsonl${suffix}`));
    expect(unpack(bytes).equals(await readFile(join(plain.out, "train.jsonl")))).toBe(true);
    expect(manifest.outputs.train).toEqual({
      rows: 2540,
      files: [await fileOf(packed.out, `train.jsonl${suffix}`, 2540)],
    });
  });

  it("of gzip name neither a time nor a system", async () => {
    const { plan, out } = await workplace("output: { compression: gzip }");
    await buildDataset(plan, out);
    const header = (await readFile(join(out, "dev.jsonl.gz"))).subarray(0, 10);
    expect([...header]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  });
});

describe("shards", () => {
  it("hold so many rows each, and are together what one file would be", async () => {
    const whole = await workplace();
    await buildDataset(whole.plan, whole.out);
    const { plan, out } = await workplace("output: { rowsPerShard: 700 }");
    const manifest = await buildDataset(plan, out);
    const shards = manifest.outputs.train?.files ?? [];
    expect(shards.map(({ file, rows }) => [file, rows])).toEqual([
      ["train-00000-of-00004.jsonl", 700],
      ["train-00001-of-00004.jsonl", 700],
      ["train-00002-of-00004.jsonl", 700],
      ["train-00003-of-00004.jsonl", 440],
    ]);
    for (const shard of shards) expect(shard).toEqual(await fileOf(out, shard.file, shard.rows));
    expect(manifest.outputs.dev?.files.map(({ file }) => file)).toEqual(["dev-00000-of-00001.jsonl"]);
    const texts = await Promise.all(shards.map(({ file }) => readFile(join(out, file), "utf8")));
    expect(texts.join("")).toBe(await readFile(join(whole.out, "train.jsonl"), "utf8"));
    await buildDataset({ ...plan, output: { compression: "none" } }, out, { mode: "overwrite" });
    expect((await readdir(out)).sort()).toEqual(["dev.jsonl", "manifest.json", "train.jsonl"]);
  });

  it("are cut by rows alone, however these come", () => {
    const line = fc.string({ unit: "binary" }).map((text) => JSON.stringify(text));
    const chunks = fc.array(fc.array(line, { maxLength: 5 }), { maxLength: 8 });
    fc.assert(
      fc.property(chunks, fc.integer({ min: 1, max: 7 }), (given, size) => {
        const cutter = new ShardCutter(size);
        const pieces = given.flatMap((lines) => {
          const buffer = new LineBuffer("train", new BlockPool());
          for (const one of lines) buffer.add(one);
          return cutter.cut(buffer.lines);
        });
        const shards = new Map<number, string>();
        for (const { shard, bytes } of pieces) {
          shards.set(shard, (shards.get(shard) ?? "") + Buffer.from(bytes).toString("utf8"));
        }
        const all = given.flat();
        const expected = all.flatMap((_, i) => (i % size === 0 ? [all.slice(i, i + size)] : []));
        expect([...shards.values()]).toEqual(
          expected.map((lines) => lines.map((one) => `${one}\n`).join("")),
        );
        expect(pieces.reduce((sum, { rows }) => sum + rows, 0)).toBe(all.length);
      }),
    );
  });
});

describe("a validation share", () => {
  it("takes about so many rows from train, the same whatever stands beside them", async () => {
    const { plan, out, folder } = await workplace("output: { validation: 0.2 }");
    const manifest = await buildDataset(plan, out);
    const [train, validation] = [await readRows(out, "train"), await readRows(out, "validation")];
    expect(manifest.outputs.validation?.rows).toBe(validation.length);
    expect(manifest.outputs.train?.rows).toBe(2540 - validation.length);
    expect(manifest.sets[0]?.splits.train).toMatchObject({ rows: 2500 });
    expect(manifest.sets[0]?.splits.dev).not.toHaveProperty("validation");
    const counted = manifest.sets.map(({ splits }) => splits.train?.validation ?? 0);
    expect(counted.reduce((sum, count) => sum + count)).toBe(validation.length);

    const whole = join(folder, "whole");
    await buildDataset({ ...plan, output: { compression: "none" } }, whole);
    const all = await readRows(whole, "train");
    const taken = new Set(validation.map(({ id }) => id));
    expect(train).toEqual(all.filter(({ id }) => !taken.has(id)));
    expect(validation).toEqual(all.filter(({ id }) => taken.has(id)));

    // Two thirds of the sentences are all different; of the others, which are all the same, none or all are taken.
    const different = validation.filter(({ target }) => target.startsWith("Line"));
    expect(different.length / 1667).toBeGreaterThan(0.15);
    expect(different.length / 1667).toBeLessThan(0.25);
    const [same, allSame] = [validation, all].map((rows) =>
      rows.filter(({ target }) => target.startsWith("Ada")),
    );
    expect([0, allSame?.length]).toContain(same?.length);

    await buildDataset({ ...plan, seed: "8" }, out, { mode: "overwrite" });
    expect((await readRows(out, "validation")).map(({ id }) => id)).not.toEqual(
      validation.map(({ id }) => id),
    );
  });

  it("needs a train file to take from", async () => {
    const { plan, out } = await workplace("output: { validation: 0.2 }");
    const sets = plan.sets.slice(0, 1).map((set) => ({ ...set, files: { dev: "a-dev.tsv" } }));
    const fault = buildDataset({ ...plan, sets }, out);
    await expect(fault).rejects.toThrow(InputError);
    await expect(fault).rejects.toThrow(/no set of the plan has a train file/);
    await expect(readdir(out)).rejects.toThrow(/ENOENT/);
  });
});

describe("workers", () => {
  it("do not change a byte, and fail with the same words", async () => {
    const { folder, out } = await workplace(
      "output: { compression: zstd, rowsPerShard: 300, validation: 0.1 }",
    );
    const build = (workers: number, to: string) =>
      spawnSync(
        process.execPath,
        [main, "dataset", "build", join(folder, "plan.yaml"), "-o", to, "--workers", String(workers)],
        { encoding: "utf8" },
      );
    expect(build(1, out).status).toBe(0);
    const expected = await bytesOf(out);
    for (const workers of [2, 3, 8]) {
      const other = join(folder, `by-${workers}`);
      expect(build(workers, other).status).toBe(0);
      expect(await bytesOf(other)).toEqual(expected);
    }
    // A fault that the reading of labels does not meet.
    const sentences = "Ada\tO\n\n".repeat(1500);
    await writeFile(join(folder, "a-dev.tsv"), `${sentences}(O)\tO\n\nBonn\tB-RIVER\n`);
    const plan = await readFile(join(folder, "plan.yaml"), "utf8");
    await writeFile(
      join(folder, "plan.yaml"),
      plan.replace("labelNames:", "labels: [person, place]\n    labelNames:"),
    );
    const [one, three] = [build(1, join(folder, "one")), build(3, join(folder, "three"))];
    expect(one).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('a-dev.tsv:3003: label "RIVER"'),
    });
    expect(three).toMatchObject({ status: 2, stderr: one.stderr });
    expect(await readdir(join(folder, "three"))).toEqual([]);
  });
});

describe("workers of several sets", () => {
  /** Sets of tagged lines, and how a build by so many workers ends, in a shell with some limits. */
  async function endings(sets: readonly { lines: readonly string[]; keys?: string }[], limit = "") {
    const folder = await testFolder();
    const planned: string[] = [];
    for (const [i, { lines, keys = "" }] of sets.entries()) {
      await writeFile(join(folder, `${i}.txt`), `${lines.join("\n")}\n`);
      planned.push(`{ name: s${i}, files: { train: ${i}.txt }, labels: [P], format: tagged-lines${keys} }`);
    }
    const plan = join(folder, "plan.yaml");
    await writeFile(plan, `seed: 1\nform: llama\nsets: [${planned.join(", ")}]\n`);
    return [1, 2, 3].map((workers) => {
      const out = join(folder, `by-${workers}`);
      const command = [main, "dataset", "build", plan, "-o", out, "--workers", String(workers)];
      const shell = `${limit} exec "$0" "$@"`;
      const { status, stderr } = spawnSync("bash", ["-c", shell, process.execPath, ...command], {
        encoding: "utf8",
        timeout: 60_000,
      });
      return { status, stderr: stderr.replaceAll(out, "OUT").split("\n").at(-2) };
    });
  }
  const lines = (count: number) => Array.from({ length: count }, (_, i) => `w${i}:O x:B-P`);
  const withFaults = (count: number, ...faults: readonly number[]) =>
    lines(count).map((line, i) => (faults.includes(i) ? `fault-${i}` : line));

  it("throw the fault that stands first, whoever finds one first", async () => {
    // The first set has two chunks: with two workers, the second set's first chunk is the second worker's.
    const ends = await endings([{ lines: lines(1000) }, { lines: withFaults(3000, 100, 600) }]);
    expect(ends[0]).toMatchObject({ status: 2, stderr: expect.stringContaining("1.txt:101: ") });
    expect(ends).toEqual([ends[0], ends[0], ends[0]]);
  });

  it("do not read behind the rows that are wanted at most", async () => {
    const ends = await endings([{ lines: withFaults(600, 512), keys: ", maxRows: 512" }]);
    expect(ends.map(({ status }) => status)).toEqual([0, 0, 0]);
  });

  it("end with a full disk, also where all chunks are one worker's", async () => {
    const ends = await endings([{ lines: lines(500), keys: ", rows: 40000, repeat: true" }], "ulimit -f 64;");
    expect(ends[0]).toMatchObject({ status: 2, stderr: expect.stringContaining("make room") });
    expect(ends).toEqual([ends[0], ends[0], ends[0]]);
  });
});

describe("lengths of many texts", () => {
  it("are as sorting the texts by length gives them", () => {
    const length = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 200_000 }));
    const lengths = fc.array(length, { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(lengths, (given) => {
        const half = new LengthTally();
        for (const each of given.slice(0, 20)) half.add(each);
        const tally = new LengthTally();
        for (const each of given.slice(20)) tally.add(each);
        tally.addAll(half.histogram);
        const { histogram } = tally;
        const sorted = given.toSorted((a, b) => a - b);
        const atMost = (share: number) => sorted[Math.ceil(share * sorted.length) - 1];
        const [min, max] = [sorted[0], sorted.at(-1)];
        expect(summarizeLengths(histogram)).toEqual({
          min,
          p50: atMost(0.5),
          p90: atMost(0.9),
          p99: atMost(0.99),
          max,
        });
      }),
    );
    expect(summarizeLengths([])).toBeNull();
  });
});

describe("sources with faults", () => {
  it("end a build where a tag is outside the scheme, with file and line", async () => {
    const { folder, plan, out } = await workplace();
    await writeFile(join(folder, "a-dev.tsv"), "Ada\tB-PER\nleft\tX-PER\n");
    await expect(buildDataset(plan, out)).rejects.toThrow(/a-dev.tsv:2: "X-PER" is no BIO tag/);
  });

  it("list sentences with overlapping mentions, which flat rows cannot hold, and keep the others", async () => {
    const { folder, plan, out } = await workplace();
    const span = (start: number, end: number, label: string) => ({ start, end, label });
    const lines = [
      { text: "Bank of Bonn", spans: [span(0, 12, "bank"), span(8, 12, "city")] },
      { text: "Bonn", spans: [span(0, 4, "city")] },
    ];
    await writeFile(join(folder, "n.jsonl"), lines.map((line) => JSON.stringify(line)).join("\n"));
    const set = {
      name: "n",
      files: { train: "n.jsonl" },
      format: { kind: "prodigy" as const },
      labelNames: {},
    };
    const manifest = await buildDataset({ ...plan, sets: [set] }, out);
    expect((await readRows(out, "train")).map(({ id }) => id)).toEqual(["n-train-1"]);
    expect(manifest.refused).toEqual([
      { id: "n-train-0", reason: "BIO cannot hold overlapping mentions: word 2 is I-bank and city" },
    ]);
  });

  it("are told of by name and licence in the manifest", async () => {
    const { plan, out } = await workplace();
    const sets = plan.sets.map((set) => ({ ...set, licence: "CC BY 4.0" }));
    const manifest = await buildDataset({ ...plan, sets }, out);
    expect(manifest.sets.map(({ name, licence }) => [name, licence])).toEqual([
      ["a", "CC BY 4.0"],
      ["b", "CC BY 4.0"],
    ]);
  });
});

describe("a file that cannot be written", () => {
  it("is told of in words", () => {
    const fault = (code: string) =>
      writeError("x.jsonl", Object.assign(new Error("from the system"), { code }));
    expect(fault("ENOSPC")).toBeInstanceOf(DiskFullError);
    expect(fault("ENOSPC")).toHaveProperty(
      "message",
      "cannot write x.jsonl: the disk is full; make room, then resume the build",
    );
    expect(fault("EDQUOT")).toHaveProperty("message", expect.stringContaining("the disk quota is used up"));
    expect(fault("EACCES")).not.toBeInstanceOf(DiskFullError);
    expect(fault("EACCES")).toHaveProperty("message", "cannot write x.jsonl: from the system");
    const bug = new TypeError("a bug");
    expect(writeError("x.jsonl", bug)).toBe(bug);
  });
});
