import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { detectFormat } from "../../src/tuning/corpora/detect.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "../../dist/src/cli/main.js");
const labels = ["--labels", "person,city"];

let root: string;
let folder: string;
let docs: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "gner-many-"));
});
afterAll(() => rmSync(root, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(join(root, "test-"));
  docs = file("docs.jsonl", sentences.map((text, i) => JSON.stringify({ id: `d${i}`, text })).join("\n"));
});

const people = ["Mara Oduya", "Jan Kovač", "Ines Duarte", "Tomas Lind", "Ada Lovelace"];
const cities = ["Lagos", "Brno", "Porto", "Malmö", "London"];
const sentences = Array.from({ length: 30 }, (_, i) => {
  const [person, city] = [people[i % 5], cities[(i * 3) % 5]];
  return `On day ${i}, ${person} walked from ${city} to the sea.`;
});
/** Longer than the model can read, in one word. */
const tooLong = `a${"-a".repeat(1000)}`;

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function extract(args: readonly string[], input = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "extract", ...labels, ...args], {
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

/** Starts a run, and waits until it has finished so many documents, as its journal says. */
async function startUntil(args: readonly string[], out: string, rows: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [main, "extract", ...labels, ...args], { cwd: folder });
  const finished = () =>
    existsSync(`${out}.part`) ? readFileSync(`${out}.part`, "utf8").split("\n").length - 2 : 0;
  while (finished() < rows && child.exitCode === null) await new Promise((done) => setTimeout(done, 5));
  expect(child.exitCode, "ended too early").toBeNull();
  return child;
}

const exited = (child: ChildProcess) => new Promise((done) => child.once("exit", (code) => done(code)));

describe("gner extract with many documents", () => {
  it.each(["1", "7"])("keeps the order of files, rows, lines and texts, %s at a time", (concurrency) => {
    const note = file("note.txt", "Ada Lovelace saw London.\n");
    const few = file("few.jsonl", '{"text": "Ines lives in Porto."}\n\n{"id": 7, "text": "Rain."}\n');
    const args = [note, few, "Jan went to Brno.", "--format", "jsonl", "--concurrency", concurrency];
    const { status, stdout, stderr } = extract(args);
    expect([status, stderr]).toEqual([0, ""]);
    const rows = parse(stdout);
    expect(rows.map(({ id, text }) => [id, text])).toEqual([
      [note, "Ada Lovelace saw London.\n"],
      [undefined, "Ines lives in Porto."],
      [7, "Rain."],
      [undefined, "Jan went to Brno."],
    ]);
    for (const { text, entities } of rows) {
      for (const entity of entities) expect(text.slice(entity.start, entity.end)).toBe(entity.text);
    }
    const lines = file("lines.txt", "\ufeffJan saw Brno.\r\n\r\nAda saw London.");
    const named = parse(extract([lines, "--lines", "--format", "jsonl"]).stdout);
    expect(named.map(({ id, text }) => [id, text])).toEqual([
      [`${lines}:1`, "Jan saw Brno."],
      [`${lines}:3`, "Ada saw London."],
    ]);
  });

  it("goes on behind documents that fail, says which, and ends with 1", () => {
    const rows = [{ id: "a", text: sentences[0] }, { id: "long", text: tooLong }, { text: sentences[1] }];
    const lines = [...rows.map((row) => JSON.stringify(row)), "{", '{"id": "c"}'];
    const input = file("bad.jsonl", lines.join("\n"));
    const latin = join(folder, "latin.txt");
    writeFileSync(latin, Buffer.from([0x4d, 0xfc]));
    const { status, stdout, stderr } = extract([input, latin, "--format", "jsonl", "--concurrency", "3"]);
    expect(status).toBe(1);
    const out = parse(stdout);
    expect(out.map(({ id, error }) => [id, error === undefined])).toEqual([
      ["a", true],
      ["long", false],
      [undefined, true],
      [undefined, false],
      ["c", false],
      [latin, false],
    ]);
    expect(out[1]).toMatchObject({
      text: tooLong,
      error: expect.stringMatching(/longer than the model can read/),
    });
    expect(out[1].entities).toBeUndefined();
    expect(out[3].error).toBe(`${input}:4: not JSON`);
    expect(out[4].error).toMatch(/bad\.jsonl:5: expected \{"text"/);
    expect(out[5].error).toMatch(/latin\.txt:1: not UTF-8/);
    expect(stderr.trimEnd().split("\n")).toHaveLength(5);
    expect(stderr).toMatch(/^gner: 4 of 6 documents failed$/m);
    for (const format of ["table", "html"]) {
      const shown = extract([input, "--format", format]);
      expect(shown.stdout).toContain("not JSON");
      expect(shown.status).toBe(1);
    }
  });

  it("takes the fault of a single text, and of labels, for that of the command", () => {
    const single = extract([tooLong]);
    expect([single.status, single.stdout]).toEqual([2, ""]);
    const labelled = extract([docs, "--labels", "a,A"]);
    expect([labelled.status, labelled.stdout]).toEqual([2, ""]);
    expect(labelled.stderr).toMatch(/^gner: labels "a" and "A" look the same to the model: drop one\n$/);
  });

  it("takes the names of many files from a list, and refuses a command line that its runtime cannot bear", () => {
    const names = Array.from({ length: 1500 }, (_, i) => join(folder, `a-file-of-a-long-series-${i}.txt`));
    for (const name of names) writeFileSync(name, "");
    writeFileSync(names[7] ?? "", "Ada saw Brno.");
    const long = extract(names);
    expect([long.status, long.stdout]).toEqual([2, ""]);
    expect(long.stderr).toMatch(/the command line has \d+ characters.*--files-from/);
    const listed = extract(["--files-from", "-", "--format", "csv"], names.join("\n"));
    expect(listed.status).toBe(0);
    expect(listed.stdout).toContain(`${names[7]},0,3,person,Ada,`);
    const absent = extract(["--files-from", "-"], "absent.txt\n");
    expect([absent.status, absent.stderr]).toEqual([2, "gner: --files-from: there is no file absent.txt\n"]);
  });

  it("writes CoNLL columns that the project reads, and CSV that quotes what must be", async () => {
    const conll = join(folder, "out.conll");
    expect(extract([docs, "--format", "conll", "-o", conll]).status).toBe(0);
    const blocks = readFileSync(conll, "utf8").trimEnd().split("\n\n");
    expect(blocks).toHaveLength(30);
    expect(blocks[4]).toMatch(/^Ada\tB-person\nLovelace\tI-person$/m);
    expect((await detectFormat(conll)).format).toMatchObject({ kind: "columns", scheme: "bio" });
    const csv = extract([
      file("q.jsonl", '{"id": "a,\\"b\\"", "text": "Ada Lovelace saw London."}'),
      "--format",
      "csv",
    ]);
    expect(csv.stdout.split("\r\n").slice(0, 2)).toEqual([
      "document,start,end,label,text,score,parts",
      expect.stringMatching(/^"a,""b""",0,12,person,Ada Lovelace,0\.\d+,$/),
    ]);
  });

  it("shows what was used, as a line and as JSON", () => {
    const { stderr } = extract([docs, "--format", "jsonl", "--stats", "--stats-file", "stats.json"]);
    expect(stderr).toMatch(
      /^30 documents in \d+\.\d s, 30 requests, 0 retries, \d+ tokens read, \d+ tokens written\n$/,
    );
    const stats = JSON.parse(readFileSync(join(folder, "stats.json"), "utf8"));
    expect(stats).toMatchObject({ documents: 30, kept: 0, failed: 0, usage: { requests: 30, retries: 0 } });
  });
});

describe("a run that breaks off", () => {
  const unbroken = (): Buffer => {
    const { status } = extract([docs, "--format", "jsonl", "-o", "unbroken.jsonl"]);
    expect(status).toBe(0);
    return readFileSync(join(folder, "unbroken.jsonl"));
  };

  it.each(["1", "4"])(
    "is gone on with after kill -9, to the same bytes, %s at a time",
    async (concurrency) => {
      const out = join(folder, "out.jsonl");
      const args = [docs, "--format", "jsonl", "-o", out, "--concurrency", concurrency];
      for (const [i, rows] of [3, 9, 18].entries()) {
        const child = await startUntil(i === 0 ? args : [...args, "--resume"], out, rows);
        child.kill("SIGKILL");
        await exited(child);
        expect(existsSync(out)).toBe(false);
      }
      const { status, stderr } = extract([...args, "--resume", "--stats", "--stats-file", "stats.json"]);
      expect(status).toBe(0);
      expect(stderr).toMatch(/^30 documents in .* s, (?:1[89]|2\d) of an earlier run, /);
      const stats = JSON.parse(readFileSync(join(folder, "stats.json"), "utf8"));
      expect(stats.usage.requests).toBe(30 - stats.kept);
      expect(readFileSync(out).equals(unbroken())).toBe(true);
      expect(readdirSync(folder).filter((name) => name.startsWith("out."))).toEqual(["out.jsonl"]);
    },
  );

  it("ends with 130 when interrupted, keeps what is finished and says how to go on", async () => {
    const out = join(folder, "out.csv");
    const args = [docs, "--format", "csv", "-o", out];
    const child = await startUntil(args, out, 5);
    let stderr = "";
    child.stderr?.on("data", (data: Buffer) => {
      stderr += data.toString();
    });
    child.kill("SIGINT");
    expect(await exited(child)).toBe(130);
    expect(stderr).toMatch(
      /^gner: \d+ finished documents are kept in .*out\.csv\.part; --resume goes on from there\ngner: interrupted\n$/,
    );
    const again = extract(args);
    expect(again.status).toBe(2);
    expect(again.stderr).toMatch(/holds \d+ finished rows of an earlier run: go on with --resume/);
    // The format may be another one: only what was found is kept.
    expect(extract([docs, "--format", "jsonl", "-o", out, "--resume"]).status).toBe(0);
    expect(readFileSync(out).equals(unbroken())).toBe(true);
  });

  it("ends a page that is interrupted as a page", async () => {
    const child = spawn(process.execPath, [main, "extract", ...labels, docs, "--format", "html"], {
      cwd: folder,
    });
    let page = "";
    child.stdout.on("data", (data: Buffer) => {
      // A second signal would end the process at once.
      if (!page.includes("<article>") && data.includes("<article>")) child.kill("SIGINT");
      page += data.toString();
    });
    expect(await exited(child)).toBe(130);
    expect(page).toMatch(/<\/body>\n<\/html>\n$/);
  });

  it("searches again what changed, and refuses other settings", async () => {
    const out = join(folder, "out.jsonl");
    const args = [docs, "--format", "jsonl", "-o", out];
    const child = await startUntil(args, out, 6);
    child.kill("SIGKILL");
    await exited(child);
    const changed = extract([...args, "--resume", "--labels", "person"]);
    expect(changed.status).toBe(2);
    expect(changed.stderr).toMatch(/other settings \(labels was \["person","city"\], is \["person"\]\)/);
    // The first text goes, the second changes, a new one comes.
    const texts = ["Rain fell.", ...sentences.slice(2), "Ada Lovelace saw Brno."];
    writeFileSync(docs, texts.map((text) => JSON.stringify({ text })).join("\n"));
    expect(extract([...args, "--resume"]).status).toBe(0);
    const whole = extract([docs, "--format", "jsonl"]);
    expect(readFileSync(out, "utf8")).toBe(whole.stdout);
    expect(parse(whole.stdout).map(({ text }) => text)).toEqual(texts);
  });

  it("tries failed documents again, and only those", () => {
    const rows = sentences.slice(0, 5).map((text, i) => ({ id: i, text: i === 2 ? tooLong : text }));
    const input = file("some.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
    const args = [input, "--format", "jsonl", "-o", "some.out"];
    const first = extract(args);
    expect(first.status).toBe(1);
    expect(first.stderr).toMatch(/4 finished documents are kept in .*some\.out\.part/);
    expect(parse(readFileSync(join(folder, "some.out"), "utf8"))[2].error).toMatch(/longer than/);
    const mended = rows.map((row) => ({ ...row, text: row.text === tooLong ? "Ada saw Brno." : row.text }));
    writeFileSync(input, mended.map((row) => JSON.stringify(row)).join("\n"));
    const second = extract([...args, "--resume", "--stats"]);
    expect(second.status).toBe(0);
    expect(second.stderr).toMatch(/^5 documents in .* s, 4 of an earlier run, 1 request,/);
    expect(parse(readFileSync(join(folder, "some.out"), "utf8")).map(({ text }) => text)).toEqual(
      mended.map(({ text }) => text),
    );
    expect(existsSync(join(folder, "some.out.part"))).toBe(false);
  });

  it("leaves files alone that are not its own, and writes through links and into pipes", () => {
    writeFileSync(join(folder, "out.jsonl.part"), "my own notes\n");
    for (const flags of [[], ["--resume"], ["--overwrite"]]) {
      const { status, stderr } = extract([docs, "-o", "out.jsonl", ...flags]);
      expect(status).toBe(2);
      expect(stderr).toMatch(/out\.jsonl\.part is in the way/);
    }
    expect(readFileSync(join(folder, "out.jsonl.part"), "utf8")).toBe("my own notes\n");
    const real = file("real.csv", "old");
    symlinkSync(real, join(folder, "link.csv"));
    expect(extract(["Ada saw London.", "--format", "csv", "-o", "link.csv"]).status).toBe(0);
    expect(readFileSync(real, "utf8")).toMatch(/^document,/);
    expect(lstatSync(join(folder, "link.csv")).isSymbolicLink()).toBe(true);
    const fifo = join(folder, "fifo");
    const command = `mkfifo "${fifo}" && (cat "${fifo}" > "${fifo}.out" &) && "${process.execPath}" "${main}" extract ${labels.join(" ")} "Ada saw London." -o "${fifo}" && sleep 0.3 && cat "${fifo}.out"`;
    expect(spawnSync("bash", ["-c", command], { encoding: "utf8" }).stdout).toMatch(/London/);
    expect(lstatSync(fifo).isFIFO()).toBe(true);
  });

  it("refuses --resume without a file to go on with", () => {
    const { status, stderr } = extract([docs, "--resume"]);
    expect([status, stderr]).toEqual([
      2,
      "gner: --resume and --overwrite are about the file of -o: name it\n",
    ]);
  });
});
