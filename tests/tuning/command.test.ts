import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { datasetCommand } from "../../src/cli/dataset.js";
import { FormatError, InputError } from "../../src/core/errors.js";
import { testFile, testFolder } from "./support.js";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs `gner dataset`; gives what it printed. */
async function runDataset(args: readonly string[]) {
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      printed[name] += String(text);
      return true;
    });
  }
  const { signal } = new AbortController();
  await datasetCommand({ signal }).parseAsync(args, { from: "user" });
  return printed;
}

/** Builds a folder's plan. */
async function run(folder: string, flags: readonly string[] = [], plan = "plan.yaml") {
  const out = join(folder, "out");
  return { ...(await runDataset(["build", join(folder, plan), "-o", out, ...flags])), out };
}

async function planFolder(): Promise<string> {
  const folder = await testFolder();
  await writeFile(join(folder, "a.tsv"), "Ada\tB-PER\n\n(O)\tO\n");
  await writeFile(
    join(folder, "plan.yaml"),
    "seed: 1\nform: llama\nsets: [{ name: a, files: { test: a.tsv }, format: { kind: columns } }]\n",
  );
  return folder;
}

describe("gner dataset build", () => {
  it("prints a table on stderr and nothing on stdout", async () => {
    const { stdout, stderr, out } = await run(await planFolder());
    expect(stdout).toBe("");
    expect(stderr).toBe(
      `set  split  rows  refused  mentions  labels
a    test      1        1         1       1
1 sentence cannot be a row: manifest.json lists it.
Written to ${out}
`,
    );
  });

  it("says which sets have no train file, and how many sentences are held out of training", async () => {
    const folder = await planFolder();
    await writeFile(join(folder, "b.tsv"), "Ada\tB-PER\n\nBonn\tB-LOC\n");
    const sets =
      "sets:\n  - { name: a, files: { test: a.tsv }, format: { kind: columns } }\n" +
      "  - { name: b, files: { train: b.tsv }, format: { kind: columns } }\n";
    await writeFile(join(folder, "plan.yaml"), `seed: 1\nform: t5\n${sets}`);
    const { stderr } = await run(folder);
    expect(stderr).toContain("\nHeld out of training for their texts: 1. manifest.json lists them.\n");
    expect(stderr).toContain("\nWithout a train file, and so without training rows: a\nWritten");
  });

  it("says that entries were left out", async () => {
    const folder = await planFolder();
    await writeFile(join(folder, "a.tsv"), "\tO\n\nAda\tB-PER\n\tO\n");
    const plan = await readFile(join(folder, "plan.yaml"), "utf8");
    await writeFile(
      join(folder, "plan.yaml"),
      plan.replace("kind: columns", "kind: columns, emptyWords: drop"),
    );
    const { stderr } = await run(folder);
    expect(stderr).toContain(
      "\nReading: entries left out 1, remarks 1. manifest.json counts them by kind.\nWritten",
    );
  });

  it("prints the manifest with --json, and takes another seed", async () => {
    const folder = await planFolder();
    const { stdout, stderr, out } = await run(folder, ["--json", "--seed", "x9"]);
    expect(stdout).toBe(await readFile(join(out, "manifest.json"), "utf8"));
    expect(JSON.parse(stdout).plan.seed).toBe("x9");
    expect(stderr).toBe("");
    await expect(run(folder)).rejects.toThrow(InputError);
    await run(folder, ["--overwrite"]);
    expect(JSON.parse(await readFile(join(out, "manifest.json"), "utf8")).plan.seed).toBe("1");
  });

  it("throws for a plan that is missing or wrong", async () => {
    const folder = await planFolder();
    await expect(run(folder, [], "none.yaml")).rejects.toThrow(InputError);
    await writeFile(join(folder, "wrong.yaml"), "seed: 1\n");
    await expect(run(folder, [], "wrong.yaml")).rejects.toThrow(FormatError);
  });
});

describe("gner dataset inspect", () => {
  const tagged = "Ada\tB-PER\nsings\tO\n\nrain\tO\n";

  it("prints a table, and on stderr the format that it found", async () => {
    const { stdout, stderr } = await runDataset(["inspect", await testFile("a.tsv", tagged)]);
    expect(stdout).toBe(`format              columns
sentences                 2
  without entities        1
  repeated                0
words                     3
entities                  1
  nested                  0
  discontinuous           0
  overlapping             0
  repeated                0
labels                    1
absent types              0
left out                  0

words in a  min  p50  p90  p99  max
sentence      1    1    2    2    2
entity        1    1    1    1    1

label  entities    share
PER           1  100.0 %

no suspicious rows
`);
    expect(stderr).toMatch(/^format: \{ kind: columns, .*scheme: "bio"/);
  });

  it("prints JSON alone with --json, for a name or a mapping too", async () => {
    const file = await testFile("a.tsv", tagged);
    for (const format of ["auto", "columns", "{ kind: columns, separator: tab }"]) {
      const { stdout } = await runDataset(["inspect", file, "--json", "--format", format]);
      expect(JSON.parse(stdout)).toMatchObject({
        format: "columns",
        sentences: 2,
        entities: 1,
        labels: { PER: 1 },
      });
    }
  });

  it("reads a folder of brat, with its fragments", async () => {
    const folder = await testFolder();
    await writeFile(join(folder, "b.txt"), "left and right bank\nof the 🎉 Rhine\n");
    await writeFile(
      join(folder, "b.ann"),
      "T1\tBANK 0 4;15 19\tleft bank\nT2\tRIVER 29 34\tRhine\nR1\tof Arg1:T1 Arg2:T2\n",
    );
    await writeFile(join(folder, "a.txt"), "rain\r\nin Bonn");
    await writeFile(join(folder, "a.ann"), "T1\tCITY 8 12\tBonn\r\n");
    const { stdout } = await runDataset(["inspect", folder, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      format: "brat",
      sentences: 2,
      entities: 3,
      labels: { BANK: 1, CITY: 1, RIVER: 1 },
      discontinuous: 1,
      suspicious: [],
    });
    await writeFile(join(folder, "c.txt"), "alone");
    await expect(runDataset(["inspect", folder])).rejects.toThrow(/has no c.ann/);
  });

  it("throws for files and formats that are not there or do not fit", async () => {
    const file = await testFile("a.tsv", tagged);
    await expect(runDataset(["inspect", `${file}.none`])).rejects.toThrow(InputError);
    await expect(runDataset(["inspect", file, "--format", "words"])).rejects.toThrow(
      /--format "words": expected auto/,
    );
    await expect(runDataset(["inspect", file, "--format", "{ kind: columns, x: 1 }"])).rejects.toThrow(
      /--format: /,
    );
    await expect(runDataset(["inspect", file, "--format", "{ kind: *nope }"])).rejects.toThrow(
      /--format is no YAML mapping: .*nope/,
    );
    await expect(runDataset(["inspect", file, "--format", "gliner"])).rejects.toThrow(FormatError);
  });
});
