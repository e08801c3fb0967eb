import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missing, shared } from "../support/shared.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "../../dist/src/cli/main.js");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gner-align-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function align(args: readonly string[], input = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "align", ...args], {
    input,
    encoding: "utf8",
    cwd: folder,
  });
  return { status, stdout, stderr };
}

const parse = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const good = {
  id: "x",
  words: ["Ada", "met", "Bob"],
  labels: ["person"],
  prediction: "Ada(B-person) met(O) Bob(B-persn)",
};

describe("gner align", () => {
  it("gives labels, entities and notes for both kinds of row", () => {
    const { words, labels, prediction } = good;
    const paperRow = {
      instance: { id: "7", words, labels: ["O", "O", "O"] },
      label_list: labels,
      prediction,
      split: "test",
    };
    const rows = [good, paperRow, { words, labels, prediction }].map((row) => JSON.stringify(row)).join("\n");
    const { status, stdout } = align(["-"], rows);
    expect(status).toBe(0);
    const aligned = parse(stdout);
    expect(aligned.map(({ id }) => id)).toEqual(["x", "7", 3]);
    for (const row of aligned) {
      expect(Object.keys(row)).toEqual(["id", "labels", "entities", "notes"]);
      expect(row.labels).toEqual(["B-person", "O", "B-person"]);
      expect(row.entities).toEqual([
        { label: "person", parts: [{ start: 0, end: 1 }], text: "Ada" },
        { label: "person", parts: [{ start: 2, end: 3 }], text: "Bob" },
      ]);
      expect(row.notes).toMatchObject([{ kind: "near-label" }]);
    }
    const asPaper = parse(align(["-", "--compat", "paper"], JSON.stringify(good)).stdout);
    expect(asPaper[0].labels).toEqual(["B-person", "O", "O"]);
  });

  it("takes rows without an id, and in the paper's mode rows without labels", () => {
    const rows = [
      { ...good, id: null },
      { ...good, labels: [] },
    ]
      .map((row) => JSON.stringify(row))
      .join("\n");
    const aligned = parse(align(["-", "--compat", "paper"], rows).stdout);
    expect(aligned.map(({ id, labels }) => [id, labels])).toEqual([
      [1, ["B-person", "O", "O"]],
      ["x", ["O", "O", "O"]],
    ]);
    const lenient = align(["-"], rows);
    expect(lenient.status).toBe(1);
    expect(lenient.stderr).toContain("-:2: no labels");
  });

  it("reports rows that cannot be read, and goes on with the others", () => {
    const bad = [
      "{",
      "[]",
      "null",
      '{"words":[]}',
      '{"words":["a"],"labels":["x"]}',
      '{"words":[1],"labels":["x"],"prediction":""}',
    ];
    const doubled = JSON.stringify({ words: ["a"], labels: ["A", "a"], prediction: "" });
    const file = join(folder, "rows.jsonl");
    const lines = [JSON.stringify(good), ...bad, doubled, "", JSON.stringify(good)];
    writeFileSync(
      file,
      Buffer.concat([
        Buffer.from(`${lines.join("\n")}\n`),
        Buffer.from([0x22, 0xff, 0x22, 0x0a]),
        Buffer.from(JSON.stringify(good)),
      ]),
    );
    const { status, stdout, stderr } = align([file, "-o", "out.jsonl"]);
    expect(stdout).toBe("");
    expect(status).toBe(1);
    expect(parse(readFileSync(join(folder, "out.jsonl"), "utf8"))).toHaveLength(3);
    const reported = stderr.trimEnd().split("\n");
    expect(reported.at(-1)).toBe("3 rows aligned, 8 could not be read");
    expect(reported.slice(0, -1).map((line) => /rows\.jsonl:(\d+): /.exec(line)?.[1])).toEqual([
      "2",
      "3",
      "4",
      "5",
      "6",
      "7",
      "8",
      "11",
    ]);
    const strict = align([file, "-o", "strict.jsonl", "--strict"]);
    expect(strict.status).toBe(2);
    expect(strict.stderr).toBe(`gner: ${file}:2: not JSON\n`);
    expect(existsSync(join(folder, "strict.jsonl"))).toBe(false);
    expect(existsSync(join(folder, "strict.jsonl.part"))).toBe(false);
  });

  it("writes through links and to devices instead of replacing them", () => {
    writeFileSync(join(folder, "real.jsonl"), "old");
    symlinkSync(join(folder, "real.jsonl"), join(folder, "link.jsonl"));
    expect(align(["-", "-o", "link.jsonl"], JSON.stringify(good)).status).toBe(0);
    expect(parse(readFileSync(join(folder, "real.jsonl"), "utf8"))).toHaveLength(1);
    expect(lstatSync(join(folder, "link.jsonl")).isSymbolicLink()).toBe(true);
    const fifo = join(folder, "fifo");
    const command = `mkfifo "${fifo}" && (cat "${fifo}" > "${fifo}.out" &) && "${process.execPath}" "${main}" align - -o "${fifo}" && sleep 0.3 && cat "${fifo}.out"`;
    const { stdout } = spawnSync("bash", ["-c", command], { input: JSON.stringify(good), encoding: "utf8" });
    expect(parse(stdout)).toHaveLength(1);
    expect(lstatSync(fifo).isFIFO()).toBe(true);
  });

  it.each([
    [["absent.jsonl"], /absent\.jsonl cannot be read \(ENOENT\)/],
    [["-", "--tokenizer", "absent.json"], /absent\.json cannot be read/],
    [["-", "--algorithm", "guess"], /Allowed choices/],
    [["-", "--compat", "other"], /Allowed choices/],
    [["-", "-o", "no/such/folder/out.jsonl"], /cannot be written \(ENOENT\)/],
  ])("%j is bad input", (args, message) => {
    const { status, stderr } = align(args, JSON.stringify(good));
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
  });

  const rows = "golden/crossner-politics-t5.jsonl";
  const tokenizer = "tokenizers/t5/tokenizer.json";
  it.skipIf(missing(rows, tokenizer)).each(["automatic", "quadratic", "hunt-szymanski", "bit-parallel"])(
    "gives the paper's labels on its own rows with the algorithm %s",
    (algorithm) => {
      const expected = parse(readFileSync(shared(rows), "utf8")).map((row) => row.expected.labels);
      const flags = ["--compat", "paper", "--tokenizer", shared(tokenizer), "--algorithm", algorithm];
      const { status, stdout } = align([shared(rows), ...flags]);
      expect(status).toBe(0);
      expect(parse(stdout).map(({ labels }) => labels)).toEqual(expected);
    },
  );
});
