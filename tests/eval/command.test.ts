import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { devNull, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { loadSuite } from "../../eval/load.js";
import { zeroShot } from "../../eval/suites.js";
import { evalCommand } from "../../src/cli/eval.js";
import { BackendError, InputError, ModelError } from "../../src/core/errors.js";
import { ReplayRecognizer } from "./replay-recognizer.js";

let folder: string;
let printed: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gner-eval-"));
  for (const { file, format, labelNames } of zeroShot.datasets) {
    const [label] = Object.keys(labelNames);
    const columns = ([word, tag]: readonly [string, string]) =>
      format.kind === "columns" && format.wordColumn === 0 ? `${word}\t${tag}` : `${tag}\t${word}`;
    const sentence = [["Emmy", `B-${label}`] as const, ["taught", "O"] as const].map(columns).join("\n");
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), `${sentence}\n\n${sentence}\n\n${sentence}\n`);
  }
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function replay(answer?: ConstructorParameters<typeof ReplayRecognizer>[1]): Promise<ReplayRecognizer> {
  const sets = await loadSuite(zeroShot, folder);
  return new ReplayRecognizer(
    sets.flatMap(({ examples }) => examples),
    answer,
  );
}

/** Runs the command on the folder of this test. */
async function gnerEval(
  args: readonly string[],
  recognizer: ReplayRecognizer,
  signal = new AbortController().signal,
) {
  const models: string[] = [];
  const command = evalCommand({
    signal,
    loadRecognizer: async ({ model = "" }) => {
      models.push(model);
      return recognizer;
    },
  });
  command.exitOverride().configureOutput({ writeErr: () => {} });
  await command.parseAsync(["--data", folder, ...args], { from: "user" });
  return models;
}

describe("gner eval", () => {
  it("prints JSON with fractions", async () => {
    const recognizer = await replay();
    const models = await gnerEval(["--suite", "zero-shot", "--json"], recognizer);
    const result = JSON.parse(printed);
    expect(result.datasets).toHaveLength(7);
    expect(result.datasets[0]).toMatchObject({ dataset: "crossner-ai", sentences: 3, strict: { f1: 1 } });
    expect(Object.keys(result.datasets[0].paper)).toEqual(["precision", "recall", "f1"]);
    expect(result.average.strict).toBe(1);
    expect(result.average.paper).toBeCloseTo(1, 8);
    expect(models).toEqual(["builtin"]);
    expect(recognizer.closed).toBe(true);
  });

  it("prints a table, or Markdown, in percent", async () => {
    await gnerEval([], await replay());
    expect(printed).toMatch(/^mit-restaurant +3 +100\.00/m);
    printed = "";
    await gnerEval(["--markdown"], await replay());
    expect(printed).toMatch(/^\| mit-restaurant \| 3 \| 100\.00 /m);
  });

  it("takes the first rows of each set, with the model and beams it is told", async () => {
    const recognizer = await replay();
    const models = await gnerEval(
      ["--limit", "2", "--beams", "4", "--model", "some/folder", "--json"],
      recognizer,
    );
    expect(recognizer.calls).toHaveLength(14);
    expect(recognizer.beams[0]).toBe(4);
    expect(models).toEqual(["some/folder"]);
  });

  it("writes a row for each sentence", async () => {
    const path = join(folder, "rows.jsonl");
    await gnerEval(["--predictions", path], await replay());
    const rows = readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rows).toHaveLength(21);
    expect(rows[0]).toMatchObject({ id: "crossner-ai-0", words: ["Emmy", "taught"], error: null });
    expect(rows[0].predictedTags).toEqual(rows[0].goldTags);
  });

  it("gives predictions their name only when all are written, and says where a part of them is", async () => {
    const path = join(folder, "rows.jsonl");
    writeFileSync(path, "old\n");
    const failing = await replay((gold, { id }) => {
      if (id.startsWith("crossner-literature")) throw new BackendError("503", false);
      expect(readFileSync(path, "utf8")).toBe("old\n");
      return { entities: gold, notes: [] };
    });
    const told: string[] = [];
    vi.spyOn(process.stderr, "write").mockImplementation((text) => told.push(String(text)) > 0);
    await expect(gnerEval(["--predictions", path], failing)).rejects.toThrow(BackendError);
    expect(readFileSync(path, "utf8")).toBe("old\n");
    expect(told).toEqual([
      `gner: the predictions up to here are kept in ${realpathSync(path)}.part; --resume goes on from there\n`,
    ]);
    await expect(gnerEval(["--predictions", path], await replay())).rejects.toThrow(
      /3 finished rows.*--resume/,
    );
    const changed = gnerEval(["--predictions", path, "--resume", "--beams", "4"], await replay());
    await expect(changed).rejects.toThrow(/beams was 1, is 4/);
    const resumed = await replay();
    await gnerEval(["--predictions", path, "--resume", "--json"], resumed);
    // All but the three of the first set.
    expect(resumed.calls).toHaveLength(18);
    expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(21);
    expect(readdirSync(folder)).not.toContain("rows.jsonl.part");
    const { datasets } = JSON.parse(printed);
    const bytes = readFileSync(path, "utf8");
    printed = "";
    await gnerEval(["--predictions", path, "--json"], await replay());
    expect(readFileSync(path, "utf8")).toBe(bytes);
    const timeless = (results: { seconds?: number }[]) =>
      results.map((result) => ({ ...result, seconds: 0 }));
    expect(timeless(JSON.parse(printed).datasets)).toEqual(timeless(datasets));
  });

  it("writes predictions through a link, and into what is no file", async () => {
    const path = join(folder, "rows.jsonl");
    writeFileSync(path, "old\n");
    symlinkSync(path, join(folder, "link"));
    await gnerEval(["--predictions", join(folder, "link")], await replay());
    expect(readFileSync(path, "utf8").trimEnd().split("\n")).toHaveLength(21);
    expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
    await gnerEval(["--predictions", devNull], await replay());
    expect(lstatSync(devNull).isFile()).toBe(false);
    await expect(gnerEval(["--predictions", folder], await replay())).rejects.toThrow(/it is a folder/);
  });

  it("ends without a table or predictions at options that the model refuses", async () => {
    const refusing = await replay(() => {
      throw new InputError("numBeams is 99: the model takes 1 to 8");
    });
    const path = join(folder, "rows.jsonl");
    const run = gnerEval(["--beams", "99", "--predictions", path], refusing);
    await expect(run).rejects.toThrow(InputError);
    await expect(run).rejects.toThrow(/numBeams is 99/);
    expect(printed).toBe("");
    expect(readdirSync(folder).filter((name) => name.startsWith("rows"))).toEqual([]);
    expect(refusing.closed).toBe(true);
  });

  it.each([
    ["--limit", "0"],
    ["--limit", "1.5"],
    ["--limit", "-3"],
    ["--beams", "many"],
    ["--beams", ""],
  ])("refuses %s %j", async (flag, value) => {
    await expect(gnerEval([flag, value], await replay())).rejects.toThrow(InputError);
  });

  it("refuses a predictions path that cannot be written before it runs", async () => {
    const recognizer = await replay();
    await expect(gnerEval(["--predictions", join(folder, "no/such/rows.jsonl")], recognizer)).rejects.toThrow(
      /--predictions: .*cannot be written \(ENOENT\)/,
    );
    expect(recognizer.calls).toEqual([]);
    expect(recognizer.closed).toBe(true);
  });

  it("refuses --resume without a file, and settings of servers for other models", async () => {
    await expect(gnerEval(["--resume"], await replay())).rejects.toThrow(/--predictions: name it/);
    await expect(gnerEval(["--style", "chat"], await replay())).rejects.toThrow(/--style is for servers/);
    await expect(gnerEval(["--key-file", "x"], await replay())).rejects.toThrow(/--key-file is for servers/);
  });

  it("refuses a suite it does not know, and JSON together with Markdown", async () => {
    await expect(gnerEval(["--suite", "few-shot"], await replay())).rejects.toThrow(/zero-shot/);
    await expect(gnerEval(["--json", "--markdown"], await replay())).rejects.toThrow(/cannot be used with/);
  });

  it("prints scores but fails where every sentence of a set failed", async () => {
    const failing = await replay((gold, { id }) => {
      if (id.startsWith("mit-movie")) throw new ModelError("the graph gave NaN");
      return { entities: gold, notes: [] };
    });
    await expect(gnerEval(["--json"], failing)).rejects.toThrow(/every sentence of mit-movie failed.*NaN/);
    expect(JSON.parse(printed).datasets).toHaveLength(7);
    expect(failing.closed).toBe(true);
  });

  it("ends with the signal's reason and closes the model", async () => {
    const abort = new AbortController();
    const reason = new Error("interrupted");
    const recognizer = await replay((gold) => {
      abort.abort(reason);
      return { entities: gold, notes: [] };
    });
    await expect(gnerEval([], recognizer, abort.signal)).rejects.toBe(reason);
    expect(printed).toBe("");
    expect(recognizer.closed).toBe(true);
  });
});
