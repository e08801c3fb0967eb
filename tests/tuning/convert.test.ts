import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { datasetCommand } from "../../src/cli/dataset.js";
import { FormatError } from "../../src/core/errors.js";
import { testFolder } from "./support.js";

afterEach(() => {
  vi.restoreAllMocks();
});

async function run(args: readonly string[], { signal } = new AbortController()) {
  const printed = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      printed[name] += String(text);
      return true;
    });
  }
  await datasetCommand({ signal }).parseAsync(["convert", ...args], { from: "user" });
  return printed;
}

const nested = `{"tokens":["Bonn","University","rains","."],"entity_mentions":[{"entity_type":"ORG","start":0,"end":2},{"entity_type":"LOC","start":0,"end":1}],"sent_id":"s1"}
{"tokens":["rain"],"entity_mentions":[]}
`;

async function place(content: string, name = "in.jsonl") {
  const folder = await testFolder();
  const input = join(folder, name);
  await writeFile(input, content);
  return { folder, input, out: join(folder, "out") };
}

describe("gner dataset convert", () => {
  it("refuses what the format cannot hold, with its line, and leaves nothing behind", async () => {
    const { folder, input, out } = await place(nested);
    await expect(run([input, out, "--to", "columns"])).rejects.toThrow(
      /in\.jsonl:1: columns cannot hold this: the "LOC" "Bonn" overlaps another mention; --lossy leaves it out/,
    );
    expect(await readdir(folder)).toEqual(["in.jsonl"]);
  });

  it("leaves it out with --lossy, and lists it", async () => {
    const { folder, input, out } = await place(nested);
    const losses = join(folder, "losses.jsonl");
    const { stdout, stderr } = await run([input, out, "--to", "columns", "--lossy", "--losses", losses]);
    expect(stdout).toBe("");
    expect(await readFile(out, "utf8")).toBe("Bonn\tB-ORG\nUniversity\tI-ORG\nrains\tO\n.\tO\n\nrain\tO\n\n");
    expect(stderr).toBe(`format: token-mentions
  2 of the first 2 JSON entries fit
Written to ${out}: documents 2, entities 1 of 2
Lost:
  overlap: 1
    line 1: the "LOC" "Bonn" overlaps another mention
Has no place there:
  id: 1
    line 1: its name s1
`);
    const listed = (await readFile(losses, "utf8")).trim().split("\n");
    expect(listed.map((line) => JSON.parse(line).kind)).toEqual(["overlap", "id"]);
    await expect(run([input, `${out}2`, "--to", "columns", "--lossy", "--losses", losses])).rejects.toThrow(
      /losses\.jsonl is there already/,
    );
  });

  it("says in which file of a folder a loss is", async () => {
    const { folder, out } = await place("");
    const brat = join(folder, "brat");
    await mkdir(brat);
    await writeFile(join(brat, "b.txt"), "Bonn and its old bridges");
    await writeFile(join(brat, "b.ann"), "T1\tCITY 0 4\tBonn\nT2\tTHING 0 4;17 24\tBonn bridges\n");
    const losses = join(folder, "losses.jsonl");
    const { stderr } = await run([brat, out, "--to", "columns", "--lossy", "--losses", losses]);
    expect(stderr).toContain('  fragments: 1\n    b.ann:2: the "THING" "Bonn … bridges" is discontinuous\n');
    const [first = ""] = (await readFile(losses, "utf8")).split("\n");
    expect(JSON.parse(first)).toMatchObject({ kind: "fragments", file: "b.ann", line: 2 });
  });

  it("takes no standard streams for files", async () => {
    const { input } = await place(nested);
    await expect(run([input, "-", "--to", "spacy"])).rejects.toThrow(/standard output.*name a file/);
    await expect(run(["-", "x", "--to", "spacy"])).rejects.toThrow(/standard input.*name a file/);
  });

  it("never writes losses over its input", async () => {
    const { folder, input, out } = await place(nested);
    const link = join(folder, "link");
    await symlink(input, link);
    for (const losses of [input, link]) {
      await expect(
        run([input, out, "--to", "columns", "--lossy", "--overwrite", "--losses", losses]),
      ).rejects.toThrow(/is the input: name another file/);
    }
    expect(await readFile(input, "utf8")).toBe(nested);
  });

  it("prints its report as JSON", async () => {
    const { input, out } = await place(nested);
    const { stdout } = await run([input, out, "--to", "spacy", "--json", "--from", "token-mentions"]);
    expect(JSON.parse(stdout)).toMatchObject({
      documents: { read: 2, written: 2 },
      mentions: { read: 2, written: 2 },
      losses: [{ kind: "id", count: 1, isGrave: false }],
      leftOut: [],
    });
    expect(await readFile(out, "utf8")).toContain('"entities":[[0,15,"ORG"],[0,4,"LOC"]]');
  });

  it("counts documents that are left out as a whole, and entries that are no examples", async () => {
    const task = (text: string, answer: string) => `${JSON.stringify({ text, spans: [], answer })}\n`;
    const { input, out } = await place(task("a b", "accept") + task("", "accept") + task("c", "reject"));
    const { stderr } = await run([input, out, "--to", "tagged-lines", "--lossy"]);
    expect(stderr).toContain("documents 1 of 2, entities 0");
    expect(stderr).toContain("empty: 1");
    expect(stderr).toContain('its answer is "reject"');
    expect(await readFile(out, "utf8")).toBe("a:O b:O\n");
  });

  it("renames labels, and says which names were of no use", async () => {
    const { folder, input, out } = await place(nested);
    const names = join(folder, "names.yaml");
    await writeFile(names, "ORG: organisation\nPERS: person\n");
    const rename = (to: string) => run([input, to, "--to", "spert", "--label-names", names]);
    const { stderr } = await rename(out);
    expect(await readFile(out, "utf8")).toContain('"type":"organisation"');
    expect(stderr).toContain("Label names that do not occur: PERS");
    await writeFile(names, "ORG: null\n");
    await expect(rename(`${out}2`)).rejects.toThrow(/in\.jsonl:1: label "ORG" is refused/);
    const columns = join(folder, "in.tsv");
    await writeFile(columns, "Ada\tB-PER\nBonn\tB-ORG\n");
    for (const to of ["spert", "gner"]) {
      const refused = run([columns, `${out}2`, "--to", to, "--label-names", names]);
      await expect(refused).rejects.toThrow(/in\.tsv:2: label "ORG" is refused/);
    }
    await writeFile(names, "PER: person\nORG: [organisation]\n");
    await expect(rename(`${out}2`)).rejects.toThrow(/names\.yaml:2: ORG: /);
    await writeFile(names, "- ORG\n");
    await expect(rename(`${out}2`)).rejects.toThrow(FormatError);
    await rm(names);
    await expect(rename(`${out}2`)).rejects.toThrow(/no such table of label names: .*names\.yaml/);
  });

  it("replaces an output only when asked to, and never its own input", async () => {
    const { folder, input, out } = await place(nested);
    await writeFile(out, "mine");
    await expect(run([input, out, "--to", "gliner"])).rejects.toThrow(/is there already/);
    expect(await readFile(out, "utf8")).toBe("mine");
    await run([input, out, "--to", "gliner", "--overwrite"]);
    expect(await readFile(out, "utf8")).toContain("tokenized_text");
    await symlink(input, join(folder, "link"));
    await expect(run([input, join(folder, "link"), "--to", "gliner", "--overwrite"])).rejects.toThrow(
      /is the input/,
    );
    await writeFile(join(folder, "b.partial"), "");
    await expect(run([input, join(folder, "b"), "--to", "gliner"])).rejects.toThrow(
      /one broke off: --overwrite/,
    );
    await run([input, join(folder, "b"), "--to", "gliner", "--overwrite"]);
    expect((await readdir(folder)).sort()).toEqual(["b", "in.jsonl", "link", "out"]);
  });

  it("packs an output named .gz, the same bytes each time", async () => {
    const { input, out } = await place(nested);
    await run([input, `${out}1.gz`, "--to", "gner", "--lossy"]);
    await run([input, `${out}2.gz`, "--to", "gner", "--lossy"]);
    const [one, two] = [await readFile(`${out}1.gz`), await readFile(`${out}2.gz`)];
    expect(one.equals(two)).toBe(true);
    expect(JSON.parse(gunzipSync(one).toString().split("\n")[0] ?? "")).toEqual({
      id: "s1",
      label_list: ["LOC", "ORG"],
      instance: {
        id: "s1",
        words: ["Bonn", "University", "rains", "."],
        labels: ["B-ORG", "I-ORG", "O", "O"],
      },
    });
    for (const kind of ["brat", "parquet"]) {
      await expect(run([input, `${out}3.gz`, "--to", kind])).rejects.toThrow(/cannot be packed/);
    }
  });

  it("writes a folder of brat, and overwrites no other", async () => {
    const { folder, input, out } = await place(nested);
    await run([input, out, "--to", "brat"]);
    expect((await readdir(out)).sort()).toEqual(["00000002.ann", "00000002.txt", "s1.ann", "s1.txt"]);
    expect(await readFile(join(out, "s1.ann"), "utf8")).toBe(
      "T1\tORG 0 15\tBonn University\nT2\tLOC 0 4\tBonn\n",
    );
    await expect(run([input, out, "--to", "brat"])).rejects.toThrow(/is there already/);
    await run([input, out, "--to", "brat", "--overwrite"]);
    await mkdir(join(folder, "other"));
    await writeFile(join(folder, "other", "notes.md"), "");
    await expect(run([input, join(folder, "other"), "--to", "brat", "--overwrite"])).rejects.toThrow(
      /not brat's/,
    );
    await expect(run([input, input, "--to", "brat", "--overwrite"])).rejects.toThrow(/is no folder/);
    expect((await readdir(folder)).sort()).toEqual(["in.jsonl", "other", "out"]);
  });

  it("leaves nothing behind when it is interrupted or its input breaks off", async () => {
    const { folder, input, out } = await place(`${nested}{"tokens":[`);
    for (const to of ["gliner", "brat", "{ kind: parquet, rows: spans }"]) {
      await expect(run([input, out, "--to", to, "--from", "token-mentions"])).rejects.toThrow(FormatError);
    }
    const abort = new AbortController();
    abort.abort(new Error("interrupted"));
    await expect(run([input, out, "--to", "gliner"], abort)).rejects.toThrow("interrupted");
    expect(await readdir(folder)).toEqual(["in.jsonl"]);
  });

  it.skipIf(!existsSync("/dev/full"))("says that an output cannot be written", async () => {
    const { folder, input } = await place(nested);
    await expect(run([input, join(folder, "none", "out"), "--to", "gliner"])).rejects.toThrow(/cannot write/);
    await expect(run([input, "/dev/full", "--to", "gliner", "--overwrite"])).rejects.toThrow(/is no file/);
  });

  it("refuses formats that cannot be written, and settings that do not fit", async () => {
    const { input, out } = await place(nested);
    const refused: [string, RegExp][] = [
      ["type-questions", /--to "type-questions": expected brat/],
      ["{ kind: type-questions }", /write conversations/],
      ["{ kind: columns, segmentDigit: true }", /segment digits/],
      ["{ kind: columns, layers: true }", /give tagColumn/],
      ["{ kind: parquet, rows: gliner }", /name tags, spans or conversations/],
      ["{ kind: span-csv, textColumn: a, spansColumn: a }", /must differ/],
      ["{ kind: columns, x: 1 }", /--to: /],
    ];
    for (const [to, message] of refused) {
      await expect(run([input, out, "--to", to])).rejects.toThrow(message);
    }
  });
});
