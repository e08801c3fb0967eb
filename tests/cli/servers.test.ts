import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { zeroShot } from "../../eval/suites.js";
import { answerTo, deterministicModel, promptOf } from "../serve/remote/deterministic-model.js";
import { type Handler, TestServer } from "../serve/remote/server.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "../../dist/src/cli/main.js");
const labels = ["--labels", "person,city"];

let folder: string;
let server: TestServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "gner-servers-"));
  server = await TestServer.start(deterministicModel);
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const model = () => ["--model", `openai:${server.url}#tiny`, "--retries", "0"];

/** Runs the built command while this process goes on serving. */
async function gner(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, env: { ...process.env, ...env } });
  child.stdin.end();
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data: Buffer) => {
    stdout += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    stderr += data.toString();
  });
  const status = await new Promise((done) => child.once("close", done));
  return { status, stdout, stderr };
}

const parse = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const names = ["Mara", "Jan", "Ines", "Tomas"];
const texts = Array.from({ length: 40 }, (_, i) => `then ${names[i % 4]} walked ${i} miles.`);
const rows = (given: readonly string[]) => given.map((text, id) => JSON.stringify({ id, text })).join("\n");

/** Answers whole, in the given words. */
const says =
  (text: string): Handler =>
  (_, response) => {
    response.setHeader("content-type", "text/event-stream");
    const delta = { index: 0, delta: { content: text }, finish_reason: null };
    response.write(`data: ${JSON.stringify({ choices: [delta] })}\n\n`);
    response.write(
      `data: ${JSON.stringify({ choices: [{ ...delta, delta: {}, finish_reason: "stop" }] })}\n\n`,
    );
    response.end("data: [DONE]\n\n");
  };

const refuses =
  (status: number): Handler =>
  (_, response) => {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: "not today" } }));
  };

describe("gner extract with a server", () => {
  it("keeps the order of documents however long each takes, as many at a time as told", async () => {
    server.handler = async (seen, response, number) => {
      await sleep((number * 7) % 23);
      await deterministicModel(seen, response, number);
    };
    writeFileSync(join(folder, "docs.jsonl"), rows(texts));
    const args = ["docs.jsonl", ...labels, ...model(), "--format", "jsonl", "--concurrency", "9", "--stats"];
    const { status, stdout, stderr } = await gner(["extract", ...args]);
    expect(status).toBe(0);
    expect(parse(stdout).map(({ id, text }) => [id, text])).toEqual(texts.map((text, i) => [i, text]));
    expect(parse(stdout).map(({ entities }) => entities[0].text)).toEqual(texts.map((_, i) => names[i % 4]));
    expect(server.mostOpen).toBe(9);
    expect(stderr).toMatch(
      /^40 documents in [\d.]+ s, 40 requests, 0 retries, \d+ tokens read, \d+ tokens written\n$/,
    );
  });

  it("sends what gner prompt prints", async () => {
    writeFileSync(
      join(folder, "examples.jsonl"),
      '{"text": "Jan left.", "entities": [{"start": 0, "end": 3, "label": "person"}]}',
    );
    const asked = ["Mara met Jan.", ...labels, ...model().slice(0, 2)];
    for (const style of [
      ["--style", "inst"],
      ["--style", "chat"],
      ["--examples", "examples.jsonl"],
    ]) {
      await gner(["extract", ...asked, ...style]);
      const body: Record<string, unknown> = server.requests.at(-1)?.body ?? {};
      const { stdout } = await gner(["prompt", ...asked, ...style]);
      expect(body.messages ?? body.prompt).toEqual(body.messages === undefined ? stdout : JSON.parse(stdout));
    }
  });

  it.each([
    ["a code fence", "```\nMara(B-person) met(O) Jan(B-person) in(O) New(B-city) York(I-city) .(O)\n```"],
    [
      "a preamble",
      "Here is the tagged sentence:\n\nMara (B-person) met (O) Jan (B-person) in (O) New (B-city) York (I-city) . (O)",
    ],
    ["a word a line", "Mara(B-person)\nmet(O)\nJan(B-person)\nin(O)\nNew(B-city)\nYork(I-city)\n.(O)"],
    [
      "thinking",
      "<think>Is Jan(B-city)?</think>Mara(B-Person), met(O), Jan(B-Person), in(O), New York(B-City), .(O)",
    ],
  ])("reads a model that was never tuned: %s", async (_, answer) => {
    server.handler = says(answer);
    const args = [
      "Mara met Jan in New York.",
      ...labels,
      ...model(),
      "--style",
      "few-shot",
      "--format",
      "jsonl",
    ];
    const { stdout } = await gner(["extract", ...args]);
    const { entities } = JSON.parse(stdout);
    expect(entities.map(({ label, text }: { label: string; text: string }) => [label, text])).toEqual([
      ["person", "Mara"],
      ["person", "Jan"],
      ["city", "New York"],
    ]);
  });

  it("goes on behind a document that the server refuses, and ends where it answers nothing at all", async () => {
    server.handler = async (seen, response, number) => {
      const handler = promptOf(seen).includes("walked 5 miles") ? refuses(400) : deterministicModel;
      await handler(seen, response, number);
    };
    writeFileSync(join(folder, "docs.jsonl"), rows(texts));
    const args = ["extract", "docs.jsonl", ...labels, ...model(), "--format", "jsonl"];
    const one = await gner(args);
    expect(one.status).toBe(1);
    expect(parse(one.stdout).flatMap(({ id, error }) => (error === undefined ? [] : [id]))).toEqual([5]);
    expect(one.stderr).toMatch(/^gner: 5: .*\ngner: 1 of 40 documents failed\n$/);
    server.handler = refuses(401);
    const asked = server.requests.length;
    const none = await gner([...args, "-o", "out.jsonl"], { GNER_API_KEY: "sesame-open" });
    expect([none.status, none.stdout]).toEqual([1, ""]);
    expect(none.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(none.stderr).not.toContain("sesame");
    expect(server.requests.length - asked).toBeLessThan(20);
  });

  it("keeps what is finished when the server breaks, and goes on to the same bytes; no key is kept", async () => {
    writeFileSync(join(folder, "docs.jsonl"), rows(texts));
    const args = ["extract", "docs.jsonl", ...labels, ...model(), "--format", "jsonl", "-o", "out.jsonl"];
    server.handler = async (seen, response, number) => {
      await (number < 15 ? deterministicModel : refuses(500))(seen, response, number);
    };
    const broken = await gner([...args, "--model", `openai:${server.url}?key=sesame-query#tiny`], {
      GNER_API_KEY: "sesame-open",
    });
    expect(server.requests[0]?.path).toContain("key=sesame-query");
    expect(broken.status).toBe(1);
    expect(broken.stderr).toMatch(/gner: 1\d finished documents are kept in .*out\.jsonl\.part; --resume/);
    expect(readFileSync(join(folder, "out.jsonl.part"), "utf8")).not.toContain("sesame");
    server.handler = deterministicModel;
    const asked = server.requests.length;
    expect((await gner([...args, "--resume", "--concurrency", "3"])).status).toBe(0);
    expect(server.requests.length - asked).toBeLessThan(31);
    const resumed = readFileSync(join(folder, "out.jsonl"));
    expect((await gner(args)).status).toBe(0);
    expect(readFileSync(join(folder, "out.jsonl")).equals(resumed)).toBe(true);
  });
});

it("gner says that examples, not labels, leave no room", async () => {
  const example = { text: "Jan left.", entities: [{ start: 0, end: 3, label: "person" }] };
  writeFileSync(join(folder, "examples.jsonl"), `${JSON.stringify(example)}\n`.repeat(200));
  const args = ["extract", "Mara.", ...labels, ...model(), "--examples", "examples.jsonl"];
  const { status, stderr } = await gner(args);
  expect(status).toBe(2);
  expect(stderr).toMatch(/2 labels and 200 examples take \d+ of .*fewer or shorter examples/);
});

describe("gner eval with a server", () => {
  it("scores over HTTP, ends when the server breaks, and goes on", async () => {
    for (const { file, format, labelNames } of zeroShot.datasets) {
      const [label] = Object.keys(labelNames);
      const wordFirst = format.kind === "columns" && format.wordColumn === 0;
      const line = (word: string, tag: string) => (wordFirst ? `${word}\t${tag}` : `${tag}\t${word}`);
      const sentence = [line("Emmy", `B-${label}`), line("taught", "O")].join("\n");
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), `${sentence}\n\n`.repeat(6));
    }
    const args = ["eval", "--data", ".", "--limit", "4", ...model(), "--json", "--predictions", "rows.jsonl"];
    server.handler = async (seen, response, number) => {
      await (number < 10 ? deterministicModel : refuses(503))(seen, response, number);
    };
    const broken = await gner(args);
    expect([broken.status, broken.stdout]).toEqual([1, ""]);
    expect(broken.stderr).toMatch(/predictions up to here are kept in .*rows\.jsonl\.part; --resume/);
    server.handler = deterministicModel;
    const { status, stdout, stderr } = await gner([...args, "--resume", "--stats"]);
    expect(status).toBe(0);
    const { datasets } = JSON.parse(stdout);
    expect(datasets.map(({ sentences }: { sentences: number }) => sentences)).toEqual([4, 4, 4, 4, 4, 4, 4]);
    expect(stderr).toMatch(
      /^28 documents in .* s, (?:[4-9]|10) of an earlier run, (?:1[89]|2[0-4]) requests/,
    );
    expect(parse(readFileSync(join(folder, "rows.jsonl"), "utf8"))).toHaveLength(28);
    expect(
      answerTo(promptOf(server.requests[0] ?? { path: "", headers: {}, body: {}, aborted: false })),
    ).toBe("Emmy(B-person) taught(O)");
  });
});
