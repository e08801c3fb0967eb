import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { datasetCommand } from "../../src/cli/dataset.js";
import { FormatError, InputError } from "../../src/core/errors.js";
import { testFolder } from "./support.js";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs the command in a folder with a small plan; gives what it printed. */
async function run(folder: string, flags: readonly string[] = [], plan = "plan.yaml") {
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      printed[name] += String(text);
      return true;
    });
  }
  const out = join(folder, "out");
  const { signal } = new AbortController();
  await datasetCommand({ signal }).parseAsync(["build", join(folder, plan), "-o", out, ...flags], {
    from: "user",
  });
  return { ...printed, out };
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

  it("prints the manifest with --json, and takes another seed", async () => {
    const folder = await planFolder();
    const { stdout, stderr, out } = await run(folder, ["--json", "--seed", "x9"]);
    expect(stdout).toBe(await readFile(join(out, "manifest.json"), "utf8"));
    expect(JSON.parse(stdout).seed).toBe("x9");
    expect(stderr).toBe("");
    await expect(run(folder)).rejects.toThrow(InputError);
    await run(folder, ["--overwrite"]);
    expect(JSON.parse(await readFile(join(out, "manifest.json"), "utf8")).seed).toBe("1");
  });

  it("throws for a plan that is missing or wrong", async () => {
    const folder = await planFolder();
    await expect(run(folder, [], "none.yaml")).rejects.toThrow(InputError);
    await writeFile(join(folder, "wrong.yaml"), "seed: 1\n");
    await expect(run(folder, [], "wrong.yaml")).rejects.toThrow(FormatError);
  });
});
