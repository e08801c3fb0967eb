import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const main = join(dirname(fileURLToPath(import.meta.url)), "../../dist/src/cli/main.js");
const sentence = "Guido van Rossum wrote Python in Amsterdam.";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gner-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the built command, as a user would. */
function gner(args: readonly string[], input: string | Uint8Array = "") {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    input,
    encoding: "utf8",
    cwd: folder,
  });
  return { status, stdout, stderr };
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("gner extract", () => {
  it("prints a row for a text given as an argument", () => {
    const { status, stdout, stderr } = gner([
      "extract",
      "--labels",
      "person,city",
      "--format",
      "jsonl",
      sentence,
    ]);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const rows = stdout.trimEnd().split("\n");
    expect(rows).toHaveLength(1);
    const row = JSON.parse(rows[0] ?? "");
    expect(Object.keys(row)).toEqual(["text", "entities", "notes"]);
    expect(row.text).toBe(sentence);
    expect(Object.keys(row.entities[0])).toEqual(["start", "end", "label", "text", "score"]);
    expect(row.entities).toMatchObject([
      { start: 0, end: 16, label: "person", text: "Guido van Rossum" },
      { start: 33, end: 42, label: "city", text: "Amsterdam" },
    ]);
  });

  it("reads standard input whole, or line by line", () => {
    const labels = file("labels.txt", "person\r\n\ncity\n");
    const notes = `${sentence}\n\nAda lives in London.\n`;
    const whole = gner(["extract", "--labels-file", labels, "--format", "jsonl"], notes);
    const [row] = whole.stdout.trimEnd().split("\n");
    expect(JSON.parse(row ?? "").text).toBe(notes);
    const lines = gner(["extract", "--labels-file", labels, "--format", "jsonl", "--lines"], notes);
    const texts = lines.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).text);
    expect(texts).toEqual([sentence, "Ada lives in London."]);
  });

  it("prints a table and a page that loads nothing from elsewhere", () => {
    const text = file("note.txt", `${sentence} <script>alert(1)</script>`);
    const table = gner(["extract", "--labels", "person,city", text]);
    expect(table.stdout).toMatch(
      /^label +entity +characters +score\nperson +Guido van Rossum +0-16 +0\.\d\d$/m,
    );
    const page = gner(["extract", "--labels", "person,city", "--format", "html", text]).stdout;
    expect(page).toContain(">Guido van Rossum<sup>person</sup></mark>");
    expect(page).toContain("&lt;script&gt;");
    expect(page).not.toMatch(/<script|<link|src=|url\(|@import/);
  });

  it("takes empty and hostile texts", () => {
    const url = "https://example.org/notes.txt";
    expect(gner(["extract", "--labels", "person", url, "TCP/IP.v6"]).status).toBe(0);
    for (const text of ["", " \n ", "\u0000", "(O)(O)", "😀"]) {
      const { status, stdout } = gner(["extract", "--labels", "person", "--format", "jsonl"], text);
      expect(status, JSON.stringify(text)).toBe(0);
      expect(JSON.parse(stdout).text).toBe(text);
    }
  });
});

describe("mistakes", () => {
  it.each([
    [["extract", "text"], /no labels/],
    [["extract", "--labels", " ", "text"], /no labels/],
    [["extract", "--labels", "a,,b", "text"], /empty label/],
    [["extract", "--labels", "a,A", "text"], /look the same/],
    [["extract", "--labels", "a", "--labels-file", "x", "text"], /not both/],
    [["extract", "--labels-file", "absent.txt", "text"], /absent\.txt cannot be read \(ENOENT\)/],
    [["extract", "--labels", "a", "absent/notes.txt"], /there is no file absent\/notes\.txt/],
    [["extract", "--labels", "a", "."], /cannot be read \(EISDIR\)/],
    [["extract", "--labels", "a", "--model", "nowhere", "text"], /nowhere is no model folder/],
    [["extract", "--labels", "a", "--beams", "0", "text"], /whole number/],
    [["extract", "--labels", "a", "--beams", "99", "text"], /1 to 8/],
    [["extract", "--labels", "a", "--format", "xml", "text"], /Allowed choices/],
    [["extract", "--unknown"], /unknown option/],
    [["nonsense"], /unknown command/],
  ])("%j: exit code 2 and one clear line", (args, message) => {
    const { status, stdout, stderr } = gner(args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });

  it("names file and line of what is not UTF-8", () => {
    const path = file("latin1.txt", new Uint8Array([0x61, 0x0a, 0x62, 0x0a, 0xe9, 0x0a]));
    const { status, stderr } = gner(["extract", "--labels", "a", path]);
    expect(stderr).toBe(`gner: ${path}:3: not UTF-8: convert the file to UTF-8 first\n`);
    expect(status).toBe(2);
    const piped = gner(["extract", "--labels", "a"], new Uint8Array([0xff]));
    expect(piped.stderr).toContain("standard input:1: not UTF-8");
    expect(piped.status).toBe(2);
  });
});

describe("the command itself", () => {
  it("shows help with examples, and its version", () => {
    for (const args of [
      ["--help"],
      ["extract", "--help"],
      ["dataset", "--help"],
      ["dataset", "build", "--help"],
      ["eval", "--help"],
    ]) {
      const { status, stdout, stderr } = gner(args);
      expect(status).toBe(0);
      expect(stderr).toBe("");
      expect(stdout).toContain("Usage: gner");
    }
    expect(gner(["extract", "--help"]).stdout).toContain("Examples:");
    const { version } = JSON.parse(readFileSync(join(dirname(main), "../../../package.json"), "utf8"));
    expect(gner(["--version"]).stdout).toBe(`${version}\n`);
  });

  it("ends with 130 when interrupted", async () => {
    const text = "Ada Lovelace wrote about the engine of Charles Babbage in London. ".repeat(400);
    const child = spawn(process.execPath, [
      main,
      "extract",
      "--labels",
      "person,city",
      file("long.txt", text),
    ]);
    let stderr = "";
    child.stderr.on("data", (data: Buffer) => {
      stderr += data.toString();
    });
    setTimeout(() => child.kill("SIGINT"), 2500);
    const code = await new Promise((done) => child.on("exit", done));
    expect(code).toBe(130);
    expect(stderr).toBe("gner: interrupted\n");
  });

  it("ends with 130 when interrupted while it reads standard input", async () => {
    for (const args of [
      ["extract", "--labels", "person"],
      ["align", "-"],
    ]) {
      const child = spawn(process.execPath, [main, ...args]);
      child.stdin.write("Ada");
      setTimeout(() => child.kill("SIGINT"), 1500);
      expect(await new Promise((done) => child.on("exit", done)), args[0]).toBe(130);
    }
  });

  it.skipIf(!existsSync("/dev/full"))("says that results cannot be written", () => {
    const command = `"${process.execPath}" "${main}" extract --labels person Ada > /dev/full`;
    const { status, stderr } = spawnSync("bash", ["-c", command], { encoding: "utf8" });
    expect(stderr).toBe("gner: the results cannot be written (ENOSPC)\n");
    expect(status).toBe(1);
  });

  it("takes a closed pipe for an end, not for a failure", () => {
    const { status } = spawnSync(
      "bash",
      [
        "-c",
        `yes Ada | head -50 | "${process.execPath}" "${main}" extract --labels person --lines --format jsonl | head -1; exit \${PIPESTATUS[2]}`,
      ],
      { encoding: "utf8" },
    );
    expect(status).toBe(0);
  });
});
