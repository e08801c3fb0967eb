import { spawnSync } from "node:child_process";
import { appendFile, copyFile, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { FormatError, InputError } from "../../src/core/errors.js";
import { buildDataset } from "../../src/tuning/build.js";
import { type CheckReport, checkDataset } from "../../src/tuning/check.js";
import { IdSet } from "../../src/tuning/id-set.js";
import { readPlan } from "../../src/tuning/plan.js";
import { rowForms } from "../../src/tuning/rows.js";
import { testFolder } from "./support.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "../../dist/src/cli/main.js");

/** Words that repeat, that look like tags, and mentions side by side with another label. */
const corpus = `Ada\tB-PER
Lovelace\tI-PER
left\tO
Bonn\tB-LOC
for\tO
Bonn\tB-LOC
.\tO

(\tO
O\tO
)\tO
f(x)\tB-LOC
😀\tB-PER
...\tO

nobody\tO
there\tO
`;

/** Builds that corpus with further lines of a plan. */
async function built(keys: string): Promise<string> {
  const folder = await testFolder();
  for (const split of ["train", "dev"]) await writeFile(join(folder, `${split}.tsv`), corpus);
  const plan = `seed: 3
${keys}
heldOut: { splits: [] }
sets:
  - name: a
    files: { train: train.tsv, dev: dev.tsv }
    format: { kind: columns }
    labelNames: { PER: person, LOC: place }
`;
  await writeFile(join(folder, "plan.yaml"), plan);
  const out = join(folder, "out");
  await buildDataset(await readPlan(join(folder, "plan.yaml")), out);
  return out;
}

/** What is wrong, without the words for it. */
function kinds({ faults }: CheckReport): string[] {
  return faults.map(({ kind, file, line }) => `${kind} ${file}${line > 0 ? `:${line}` : ""}`);
}

/** Changes the first row of the train file. */
async function withFirstRow(out: string, change: (row: string) => string): Promise<CheckReport> {
  const file = join(out, "train.jsonl");
  const [row = "", ...rows] = (await readFile(file, "utf8")).split("\n");
  await writeFile(file, [change(row), ...rows].join("\n"));
  return checkDataset(out);
}

/** Found wherever a byte has changed. */
const hash = "file train.jsonl";

describe("a label that objects have a meaning for", () => {
  it("is counted, renamed and checked as others are", async () => {
    const folder = await testFolder();
    await writeFile(join(folder, "train.tsv"), "Ada\tB-__proto__\nleft\tO\nBonn\tB-constructor\n");
    const build = async (out: string, labelNames: string) => {
      const set = `{ name: a, files: { train: train.tsv }, format: columns, labelNames: ${labelNames} }`;
      await writeFile(join(folder, "plan.yaml"), `seed: 3\nform: t5\nsets:\n  - ${set}\n`);
      const { sets } = await buildDataset(await readPlan(join(folder, "plan.yaml")), join(folder, out));
      return { sets, report: await checkDataset(join(folder, out)) };
    };
    const plain = await build("plain", "{}");
    expect(plain.report).toMatchObject({ rows: 1, mentions: 2, faults: [] });
    const named = await build("named", "{ __proto__: person, constructor: place }");
    expect(named.report.faults).toEqual([]);
    expect(named.sets[0]?.labels).toEqual(["person", "place"]);
  });
});

describe("a built data set has no fault", () => {
  it.each(rowForms)("in form %s", async (form) => {
    const out = await built(`form: ${form}`);
    expect(await checkDataset(out)).toEqual({
      form,
      schema: "bio",
      hasManifest: true,
      files: [
        { file: "train.jsonl", rows: 3 },
        { file: "dev.jsonl", rows: 3 },
      ],
      rows: 6,
      mentions: 10,
      faultCounts: {},
      faults: [],
    });
  });

  it.each([
    "style: compact",
    "schema: bioes",
    "schema: full",
    "schema: entity-centric",
    "schema: { context: 1 }",
    "{ datasetLine: true, elseClass: true }".slice(2, -2).replace(", ", "\n"),
    "output: { compression: gzip, rowsPerShard: 2 }",
    "output: { compression: zstd, rowsPerShard: 1 }",
    "output: { validation: 0.5 }",
    "synonyms: { file: names.yaml, probability: 1 }",
    "regularisation: { dropLabels: 0.5, lowerCase: 0.5 }",
  ])("with %s", async (keys) => {
    const folder = await testFolder();
    await writeFile(join(folder, "names.yaml"), "person: [human]\nplace: [spot]\n");
    const out = await built(`form: t5\n${keys.replace("names.yaml", join(folder, "names.yaml"))}`);
    const report = await checkDataset(out);
    expect(report.faults).toEqual([]);
    expect(report.rows).toBe(6);
  });

  it("in one of its files, or in a file away from its manifest", async () => {
    const out = await built("form: chat\nschema: full\noutput: { compression: gzip }");
    const inPlace = await checkDataset(join(out, "dev.jsonl.gz"));
    expect(inPlace).toMatchObject({ hasManifest: true, schema: "full", rows: 3, faults: [] });
    const alone = join(await testFolder(), "rows.jsonl.gz");
    await copyFile(join(out, "dev.jsonl.gz"), alone);
    const report = await checkDataset(alone, { schema: "full" });
    expect(report).toMatchObject({ hasManifest: false, form: "chat", rows: 3, mentions: 5, faults: [] });
    expect((await checkDataset(alone)).faults).not.toEqual([]);
  });
});

describe("a fault is found in", () => {
  it.each<[string, string, (row: string) => string, string[]]>([
    ["a tag", "t5", (row) => row.replace("Ada(B-", "Ada(I-"), ["target train.jsonl:1"]],
    ["a word of the target", "t5", (row) => row.replace("left(", "went("), ["words train.jsonl:1"]],
    ["a word that is missing", "t5", (row) => row.replace(".(O)", ""), ["words train.jsonl:1"]],
    ["a word of the prompt", "t5", (row) => row.replace("left Bonn", "lost Bonn"), ["words train.jsonl:1"]],
    ["a label", "t5", (row) => row.replace("B-person", "B-planet"), ["label train.jsonl:1"]],
    ["case", "t5", (row) => row.replaceAll("-person", "-Person"), ["label train.jsonl:1"]],
    ["white space", "t5", (row) => row.replace("left(O) ", "left(O)  "), ["target train.jsonl:1"]],
    ["the wording", "t5", (row) => row.replace("token-by-token", "word-by-word"), ["prompt train.jsonl:1"]],
    ["the style", "t5", (row) => row.replace(/"input":".*?","/, '"input":"x\\ny","'), ["prompt", "words"]],
    ["no prompt", "t5", (row) => row.replace(/"input":".*?","/, '"input":"x","'), ["prompt train.jsonl:1"]],
    ["JSON", "t5", (row) => row.slice(1), ["row train.jsonl:1"]],
    ["a key", "t5", (row) => row.replace('"target"', '"answer"'), ["row train.jsonl:1"]],
    ["markers", "llama", (row) => row.replace("[/INST]", "[/INST"), ["row train.jsonl:1"]],
    ["gold tags", "gner", (row) => row.replace('"I-person"', '"O"'), ["target train.jsonl:1"]],
    ["gold words", "gner", (row) => row.replace('"left"', '"went"'), ["words train.jsonl:1"]],
    ["the gold list", "gner", (row) => row.replace(/("label_list":\[)/, '$1"x",'), ["label train.jsonl:1"]],
    ["a role", "chat", (row) => row.replace('"assistant"', '"system"'), ["row train.jsonl:1"]],
  ])("%s", async (_, form, change, expected) => {
    const out = await built(`form: ${form}\nsampling: { shuffle: false }`);
    const found = kinds(await withFirstRow(out, change));
    for (const fault of expected) expect(found.join("\n")).toContain(fault);
    expect(found).toContain(hash);
  });

  it.each<[string, (row: string) => string, string]>([
    ["full", (row) => row.replace("Ada(person)", "Ada(place)"), "counts"],
    ["bioes", (row) => row.replace("Lovelace(E-", "Lovelace(I-"), "target train.jsonl:1"],
    ["entity-centric", (row) => row.replace("Bonn(place) Bonn", "Bonn"), "counts"],
    ["entity-centric", (row) => row.replace("Bonn(place) Bonn", "Ulm(place) Bonn"), "target train.jsonl:1"],
    ["{ context: 1 }", (row) => row.replace("left(O)", "went(O)"), "target train.jsonl:1"],
  ])("targets of %s", async (schema, change, expected) => {
    const out = await built(`form: t5\nschema: ${schema}`);
    const before = JSON.stringify(await readFile(join(out, "train.jsonl"), "utf8"));
    const report = await withFirstRow(out, change);
    expect(JSON.stringify(await readFile(join(out, "train.jsonl"), "utf8"))).not.toBe(before);
    if (expected === "counts") {
      // A target that is well-formed says something else: only the manifest's hash and counts know.
      expect(kinds(report)).toEqual([hash]);
      await signed(out, "train.jsonl");
      expect(kinds(await checkDataset(out)).every((kind) => kind === "counts manifest.json")).toBe(true);
      expect((await checkDataset(out)).faults.length).toBeGreaterThan(0);
    } else expect(kinds(report)).toEqual([expected, hash]);
  });

  it("ids", async () => {
    const out = await built("form: t5");
    const report = await withFirstRow(out, (row) => row.replace("a-train-0", "a-train-1"));
    expect(kinds(report)).toEqual(["duplicate-id train.jsonl:2", hash]);
  });

  it("keys that not all rows have", async () => {
    const out = await built("form: t5");
    const report = await withFirstRow(out, (row) => row.replace(/\}$/, ',"subpart":0,"subparts":1}'));
    expect(kinds(report)).toEqual(["row train.jsonl:2", "row train.jsonl:3", hash]);
  });

  it("the files of a folder", async () => {
    const out = await built("form: t5");
    await rename(join(out, "dev.jsonl"), join(out, "test.jsonl"));
    await writeFile(join(out, "train.jsonl.partial"), "");
    expect(kinds(await checkDataset(out))).toEqual([
      "file dev.jsonl",
      "file test.jsonl",
      "file train.jsonl.partial",
    ]);
  });

  it("rows that were added or lost", async () => {
    const out = await built("form: chat");
    const rows = await readFile(join(out, "train.jsonl"), "utf8");
    await appendFile(join(out, "train.jsonl"), rows);
    const [rowCount, bytes, ...more] = (await checkDataset(out)).faults;
    expect(rowCount?.message).toBe("6 rows, but manifest.json says 3");
    expect(bytes?.message).toContain("its bytes are not those");
    expect(more).toEqual([]);
    await signed(out, "train.jsonl");
    const counted = await checkDataset(out);
    expect(counted.faults.map(({ message }) => message)).toContain(
      "train: 6 rows, but the manifest counts 3",
    );
  });

  it.each(["none", "gzip", "zstd"])(
    "finds nothing in an output without rows, packing %s",
    async (compression) => {
      const out = await built(`form: t5\noutput: { compression: ${compression}, validation: 0.000001 }`);
      const { faults } = await checkDataset(out);
      expect(faults).toEqual([]);
      expect((await readdir(out)).join(" ")).toContain("validation.jsonl");
    },
  );

  it.each([
    ["gzip", ".gz"],
    ["zstd", ".zst"],
  ])("packing with %s", async (compression, suffix) => {
    const out = await built(`form: t5\noutput: { compression: ${compression} }`);
    const file = join(out, `train.jsonl${suffix}`);
    await truncate(file, (await readFile(file)).length - 12);
    const { faults } = await checkDataset(out);
    expect(faults.map(({ kind, message }) => `${kind}: ${message}`).join("\n")).toMatch(
      /file: (?:it cannot be read to its end|its bytes are not)/,
    );
  });

  it("bytes that are not UTF-8", async () => {
    const out = await built("form: t5");
    const bytes = await readFile(join(out, "dev.jsonl"));
    bytes[20] = 0xff;
    await writeFile(join(out, "dev.jsonl"), bytes);
    expect(kinds(await checkDataset(out))).toEqual(["file dev.jsonl:1"]);
  });

  it("so many rows that not all are listed", async () => {
    const file = join(await testFolder(), "rows.jsonl");
    await writeFile(file, "{}\n".repeat(1000));
    const report = await checkDataset(file);
    expect(report.faultCounts).toEqual({ row: 1000 });
    expect(report.faults).toHaveLength(100);
  });
});

/** Puts a file's rows and hash into the manifest, so that only what the rows say can tell. */
async function signed(out: string, file: string): Promise<void> {
  const { fileOf } = await import("./workplace.js");
  const path = join(out, "manifest.json");
  const manifest = JSON.parse(await readFile(path, "utf8"));
  const rows = (await readFile(join(out, file), "utf8")).split("\n").length - 1;
  manifest.outputs.train.files = [await fileOf(out, file, rows)];
  await writeFile(path, JSON.stringify(manifest));
}

describe("a plan with a schema", () => {
  it.each([
    ["form: t5\nschema: biose", /schema: must be bio, bioes, full, entity-centric or \{ context/],
    ["form: t5\nschema: { context: 0 }", /schema.context: must be a whole number of 1 or more/],
    ["form: t5\nschema: full\nstyle: compact", /schema: goes with style gner only/],
    ["form: gner\nschema: full", /form: goes with schema bio only/],
  ])("is refused with %j", async (keys, message) => {
    await expect(built(keys)).rejects.toThrow(message);
  });

  it("lists the sentences that the schema cannot hold", async () => {
    const folder = await testFolder();
    await writeFile(join(folder, "train.tsv"), "Bonn\tO\nis\tO\nBonn\tB-city\n");
    const plan = `seed: 1\nform: t5\nschema: entity-centric\nsets: [{ name: a, files: { train: train.tsv }, format: { kind: columns } }]\n`;
    await writeFile(join(folder, "plan.yaml"), plan);
    const manifest = await buildDataset(await readPlan(join(folder, "plan.yaml")), join(folder, "out"));
    expect(manifest.refused).toEqual([
      { id: "a-train-0", reason: 'the city "Bonn" at word 2 does not read back from the target' },
    ]);
  });
});

describe("a check", () => {
  it("refuses what is no data set", async () => {
    const folder = await testFolder();
    await expect(checkDataset(join(folder, "none"))).rejects.toThrow(InputError);
    await expect(checkDataset(folder)).rejects.toThrow(/holds no manifest\.json/);
    await writeFile(join(folder, "manifest.json"), "{}");
    await expect(checkDataset(folder)).rejects.toThrow(FormatError);
    await writeFile(join(folder, "manifest.json"), "no");
    await expect(checkDataset(folder)).rejects.toThrow(/not JSON/);
  });

  it("can be stopped", async () => {
    const out = await built("form: t5");
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(checkDataset(out, { signal })).rejects.toThrow("enough");
  });

  it("tells of its rows on the way", async () => {
    const out = await built("form: t5");
    const seen: string[] = [];
    await checkDataset(out, { onProgress: ({ file, rows }) => seen.push(`${file} ${rows}`) });
    expect(seen).toEqual(["train.jsonl 3", "dev.jsonl 6"]);
  });

  it("has exit codes and words of the command line", async () => {
    const out = await built("form: t5\nschema: entity-centric");
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [main, "dataset", "check", ...args], { encoding: "utf8" });
    const whole = run(out);
    expect(whole.stdout).toContain("6 rows with 10 mentions read back: no fault");
    expect(whole.status).toBe(0);
    await rm(join(out, "dev.jsonl"));
    const broken = run(out);
    expect(broken.stdout).toContain("1 fault in 3 rows: file 1\ndev.jsonl: file: it is missing");
    expect(broken.status).toBe(1);
    const json = run(out, "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ rows: 3, faultCounts: { file: 1 } });
    expect(json.status).toBe(1);
    expect(run(join(out, "none")).status).toBe(2);
    expect(run(out, "--schema", "context=0").status).toBe(2);
  }, 60_000);
});

describe("a set of ids", () => {
  it("knows those that it holds, also when it has grown", () => {
    const ids = new IdSet();
    for (let i = 0; i < 20_000; i++) expect(ids.add(`id-${i}`)).toBe(true);
    for (let i = 0; i < 20_000; i += 7) expect(ids.add(`id-${i}`)).toBe(false);
    expect(ids.add("")).toBe(true);
    expect(ids.add("")).toBe(false);
  });
});
