import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { instPrompt, renderPrompt } from "../../src/codecs/prompt.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "../../dist/src/cli/main.js");
const text = "Mara opened AT&T in Zürich.";
const request = { words: ["Mara", "opened", "AT&T", "in", "Zürich", "."], labels: ["person", "city"] };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "gner-prompt-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function prompt(args: readonly string[], input = "") {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, "prompt", "--labels", "person,city", ...args],
    { input, encoding: "utf8", cwd: folder },
  );
  return { status, stdout, stderr };
}

describe("gner prompt", () => {
  it("prints the prompt and not a byte more", () => {
    expect(prompt([text])).toEqual({ status: 0, stdout: renderPrompt("gner", request), stderr: "" });
    expect(prompt(["--style", "inst"], text).stdout).toBe(instPrompt(renderPrompt("gner", request)));
    expect(prompt([text, "--style", "compact"]).stdout).toBe(renderPrompt("compact", request));
  });

  it("prints messages as JSON, with the sentences of --examples as turns before", () => {
    expect(JSON.parse(prompt([text, "--style", "chat"]).stdout)).toEqual([
      { role: "user", content: renderPrompt("gner", request) },
    ]);
    const rows = [
      { text: "Jan left Brno.", entities: [{ start: 0, end: 3, label: "person" }] },
      { text: "Rain fell.", entities: [] },
    ];
    writeFileSync(join(folder, "examples.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
    const messages = JSON.parse(prompt([text, "--examples", "examples.jsonl"]).stdout);
    expect(messages.map(({ role }: { role: string }) => role)).toEqual([
      "user",
      "assistant",
      "user",
      "assistant",
      "user",
    ]);
    expect(messages[1].content).toBe("Jan(B-person) left(O) Brno(O) .(O)");
    expect(messages[4].content).toBe("Entity types: person, city\nSentence: Mara opened AT&T in Zürich .");
    writeFileSync(join(folder, "columns.tsv"), "Jan\tB-person\nleft\tO\n\nRain\tO\n");
    const columns = JSON.parse(prompt([text, "--style", "few-shot", "--examples", "columns.tsv"]).stdout);
    expect(columns[1].content).toBe("Jan(B-person) left(O)");
  });

  it("cuts windows as a server of so many tokens is asked", () => {
    const server = ["--model", "openai:http://127.0.0.1:9/v1#x"];
    const long = `${"Mara opened AT&T in Zürich . ".repeat(20)}`;
    const all = (...args: string[]) => JSON.parse(prompt([long, ...server, "--json", ...args]).stdout);
    expect(all()).toHaveLength(1);
    expect(all("--input-tokens", "300").length).toBeGreaterThan(1);
    expect(prompt([long, "--input-tokens", "300"])).toMatchObject({ status: 2, stdout: "" });
  });

  it("asks as a model is asked, with its windows", () => {
    expect(prompt([text, "--model", "builtin"]).stdout).toBe(renderPrompt("compact", request));
    const long = Array.from({ length: 60 }, (_, i) => `Mara saw house ${i} in Brno.`).join(" ");
    const { stdout, stderr } = prompt([long, "--model", "builtin", "--json"]);
    const prompts: string[] = JSON.parse(stdout);
    expect(prompts.length).toBeGreaterThan(2);
    expect(prompts.every((one) => one.startsWith("person ; city\n"))).toBe(true);
    expect(stderr).toBe(`gner: the text is read in ${prompts.length} windows, each with a prompt\n`);
  });

  it("has its wording in the templates alone", () => {
    const template = readFileSync(new URL("../../prompts/few-shot.hbs", import.meta.url), "utf8");
    const [{ content }] = JSON.parse(prompt([text, "--style", "few-shot"]).stdout);
    expect(content.startsWith(template.slice(0, template.indexOf("{{")))).toBe(true);
  });

  it.each([
    [["--style", "poem", text], /Allowed choices/],
    [["--examples", "absent.jsonl", text], /absent\.jsonl/],
    [["--style", "inst", "--examples", "absent.jsonl", text], /--examples are for --style few-shot/],
    [["--style", "compact", "--model", "openai:http://127.0.0.1:9/v1#m", text], /no style of servers/],
    [["absent.txt"], /there is no file absent\.txt/],
    [[" "], /holds no word/],
  ])("%j is bad input", (args, message) => {
    const { status, stdout, stderr } = prompt(args);
    expect(stderr).toMatch(message);
    expect([status, stdout]).toEqual([2, ""]);
  });
});
