import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { buildDataset } from "../../src/tuning/build.js";
import { readPlan } from "../../src/tuning/plan.js";
import { testFolder } from "./support.js";
import { bytesOf, fileOf, readRows, sha256, workplace } from "./workplace.js";

function labelsOf(input: string): string[] {
  return (/entity tags: (.*) and O\./.exec(input)?.[1] ?? "").split(", ");
}

/** Counts of a split in which every sentence became a row as it stands. */
const untouched = (rows: number) => ({
  sentences: rows,
  rows,
  subparts: 0,
  passedOver: {},
  changes: {},
  refused: 0,
});

const columns = expect.objectContaining({ kind: "columns" });

describe("a build", () => {
  it("writes all rows in corpus order, and a manifest of what it did", async () => {
    const { folder, plan, out } = await workplace();
    const manifest = await buildDataset(plan, out);
    expect((await readdir(out)).sort()).toEqual(["dev.jsonl", "manifest.json", "train.jsonl"]);
    const train = await readRows(out, "train");
    expect(train.map(({ id }) => id)).toEqual([
      ...Array.from({ length: 2500 }, (_, i) => `a-train-${i}`),
      ...Array.from({ length: 40 }, (_, i) => `b-train-${i}`),
    ]);
    expect(train[0]?.target).toBe("Ada(B-person) left(O) Bonn(B-place) .(O)");
    expect(train[2500]?.target).toBe("Ada(B-dish) left(O) Bonn(B-cook) .(O)");
    expect(manifest).toEqual(JSON.parse(await readFile(join(out, "manifest.json"), "utf8")));
    expect(manifest.plan.seed).toBe("7");
    expect(manifest.sets).toEqual([
      {
        name: "a",
        labels: ["person", "place"],
        splits: {
          train: {
            sources: [
              { name: "a-train.tsv", sha256: await sha256(join(folder, "a-train.tsv")), format: columns },
            ],
            ...untouched(2500),
            mentions: { person: 834, place: 834 },
            lengths: {
              input: { min: 491, p50: 494, p90: 500, p99: 500, max: 500 },
              target: { min: 12, p50: 15, p90: 40, p99: 40, max: 40 },
            },
            leftOut: [],
            remarks: [],
          },
          dev: {
            sources: [
              { name: "./a-dev.tsv", sha256: await sha256(join(folder, "a-dev.tsv")), format: columns },
            ],
            ...untouched(10),
            mentions: { person: 4, place: 4 },
            lengths: {
              input: { min: 491, p50: 491, p90: 500, p99: 500, max: 500 },
              target: { min: 12, p50: 12, p90: 40, p99: 40, max: 40 },
            },
            leftOut: [],
            remarks: [],
          },
        },
      },
      {
        name: "b",
        labels: ["cook", "dish"],
        splits: {
          train: {
            sources: [
              {
                name: "b-train.tsv.gz",
                sha256: await sha256(join(folder, "b-train.tsv.gz")),
                format: columns,
              },
            ],
            ...untouched(40),
            mentions: { cook: 14, dish: 14 },
            lengths: {
              input: { min: 488, p50: 489, p90: 497, p99: 497, max: 497 },
              target: { min: 12, p50: 13, p90: 37, p99: 37, max: 37 },
            },
            leftOut: [],
            remarks: [],
          },
        },
      },
    ]);
    expect(manifest.outputs).toEqual({
      train: { rows: 2540, files: [await fileOf(out, "train.jsonl", 2540)] },
      dev: { rows: 10, files: [await fileOf(out, "dev.jsonl", 10)] },
    });
  });

  it("gives the same bytes for the same plan and seed, wherever it stands, and others for another seed", async () => {
    const keys = "sampling: { absent: 1, foreign: 1 }";
    const [one, two] = [await workplace(keys), await workplace(keys)];
    await buildDataset(one.plan, one.out);
    await buildDataset(two.plan, two.out);
    expect(await bytesOf(one.out)).toEqual(await bytesOf(two.out));
    await buildDataset({ ...two.plan, seed: "8" }, two.out, { mode: "overwrite" });
    expect((await bytesOf(one.out)).get("train.jsonl")).not.toBe((await bytesOf(two.out)).get("train.jsonl"));
    expect(await readFile(join(two.out, "manifest.json"), "utf8")).not.toContain(two.folder);
  });

  it("names an absolute source by its file name alone", async () => {
    const { folder, plan, out } = await workplace();
    const [set] = plan.sets;
    if (set === undefined) return expect.unreachable("the plan has sets");
    const moved = { ...set, files: { dev: join(folder, "a-dev.tsv") } };
    await buildDataset({ ...plan, sets: [moved] }, out);
    const text = await readFile(join(out, "manifest.json"), "utf8");
    expect(text).toContain('"name": "a-dev.tsv"');
    expect(text).not.toContain(folder);
  });

  it("makes a row from its own place alone: neither rows nor sets before it matter", async () => {
    const { folder, plan, out } = await workplace("sampling: { absent: 1 }");
    await buildDataset(plan, out);
    const all = await readRows(out, "train");
    const few = join(folder, "few");
    const sets = plan.sets.map((set) => ({ ...set, maxRows: 5 })).reverse();
    const manifest = await buildDataset({ ...plan, sets }, few);
    expect(manifest.outputs.train?.rows).toBe(10);
    expect(await readRows(few, "train")).toEqual([...all.slice(2500, 2505), ...all.slice(0, 5)]);
  });

  it("shuffles labels, asks for sampled absent ones and for those of other sets", async () => {
    const { plan, out } = await workplace("sampling: { absent: 1, foreign: 1 }");
    await buildDataset(plan, out);
    const rows = await readRows(out, "train");
    const withMentions = rows.filter(({ id, target }) => id.startsWith("a-") && target.includes("(B-"));
    const asked = withMentions.map(({ input }) => labelsOf(input));
    expect(new Set(asked.map((labels) => labels.length))).toEqual(new Set([3]));
    expect(asked.every((labels) => labels.includes("person") && labels.includes("place"))).toBe(true);
    expect(new Set(asked.map((labels) => labels.join())).size).toBe(12);
  });

  it("keeps the order of the labels that the plan gives, without shuffling", async () => {
    const { plan, out } = await workplace("sampling: { shuffle: false }");
    const [set] = plan.sets;
    if (set === undefined) return expect.unreachable("the plan has sets");
    const given = { ...set, labels: ["place", "river (water)", "person"] };
    await buildDataset({ ...plan, sets: [given] }, out);
    const orders = (await readRows(out, "dev")).map(({ input }) => labelsOf(input).join(" | "));
    // Brackets would break targets apart: prompts have labels as the model can write them.
    expect(new Set(orders)).toEqual(new Set(["place | river water | person"]));
  });

  it("lists sentences that cannot be rows and writes the others", async () => {
    const { folder, plan, out } = await workplace();
    await writeFile(join(folder, "a-dev.tsv"), "Ada\tB-PER\n\nthe\tO\n(O)\tO\n\nBonn\tB-LOC\n");
    const manifest = await buildDataset(plan, out);
    expect((await readRows(out, "dev")).map(({ id }) => id)).toEqual(["a-dev-0", "a-dev-2"]);
    expect(manifest.sets[0]?.splits.dev).toMatchObject({ rows: 2, refused: 1 });
    expect(manifest.refused).toEqual([
      { id: "a-dev-1", reason: expect.stringContaining('word 1 "(O)" does not read back') },
    ]);
  });

  it("counts what readers left out and settled by kind, with the first of each", async () => {
    const { folder, plan, out } = await workplace();
    const line = (answer: string, end: number) =>
      JSON.stringify({ text: `Ada of ${answer} left`, answer, spans: [{ start: 0, end, label: "PER" }] });
    const lines = ["accept", "reject", "accept", "ignore", "accept", "accept"].map((answer) =>
      line(answer, 4),
    );
    await writeFile(join(folder, "p.jsonl"), [...lines, line("accept", 3)].join("\n"));
    const set = {
      name: "p",
      files: { train: "p.jsonl" },
      format: { kind: "prodigy" as const },
      labelNames: {},
    };
    const manifest = await buildDataset({ ...plan, sets: [set] }, out);
    const spaces = (id: number, line: number) => ({
      id: `p-train-${id}`,
      line,
      message: 'white space at the ends of "Ada " is left out',
    });
    expect(manifest.sets[0]?.splits.train).toMatchObject({
      rows: 5,
      leftOut: [
        {
          kind: 'its answer is "…"',
          count: 2,
          first: [
            { line: 2, message: 'its answer is "reject"' },
            { line: 4, message: 'its answer is "ignore"' },
          ],
        },
      ],
      remarks: [
        {
          kind: 'white space at the ends of "…" is left out',
          count: 4,
          first: [spaces(0, 1), spaces(1, 3), spaces(2, 5)],
        },
      ],
    });
  });

  it("asks for absent types that a sentence of open types names, and for types of other sentences", async () => {
    const { folder, plan, out } = await workplace("sampling: { absent: 1, foreign: 1 }");
    const many = ["Lake", "film", "lake", "opera", "poem"].map((type) => `[x](${type})`).join(" ");
    await writeFile(
      join(folder, "o.txt"),
      `${many}\n${"[Ada](person) left ## absent: moon, Film\n".repeat(40)}`,
    );
    const set = {
      name: "o",
      files: { train: "o.txt" },
      format: { kind: "open-types" as const },
      labelNames: {},
    };
    const manifest = await buildDataset({ ...plan, sets: [set] }, out);
    // Types that differ in case alone are one type.
    expect(manifest.sets[0]?.labels).toEqual(["lake", "film", "opera", "person", "poem"]);
    const asked = (await readRows(out, "train")).slice(1).map(({ input }) => labelsOf(input));
    expect(asked.every((labels) => labels.length === 3 && labels.includes("person"))).toBe(true);
    expect(asked.every((labels) => labels.includes("moon") || labels.includes("film"))).toBe(true);
    expect(new Set(asked.flat())).toEqual(new Set(["person", "moon", "film", "lake", "opera", "poem"]));
  });

  it("tells how far it is", async () => {
    const { plan, out } = await workplace();
    const told: string[] = [];
    await buildDataset(plan, out, {
      onProgress: ({ set, split, rows }) => told.push(`${set} ${split} ${rows}`),
    });
    expect(told).toEqual([
      ...[512, 1024, 1536, 2048, 2500].map((rows) => `a train ${rows}`),
      "b train 2540",
      "a dev 2550",
    ]);
  });

  it("builds the example", async () => {
    const plan = await readPlan(fileURLToPath(new URL("../../examples/plan.yaml", import.meta.url)));
    const manifest = await buildDataset(plan, join(await testFolder(), "out"));
    expect(Object.values(manifest.outputs).map(({ rows }) => rows)).toEqual([30, 8, 8]);
    expect(manifest.refused).toEqual([]);
    const train = manifest.sets[0]?.splits.train?.mentions ?? {};
    expect(Object.values(train).every((count) => count > 0)).toBe(true);
  });
});
