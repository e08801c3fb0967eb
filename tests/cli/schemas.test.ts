import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { instPrompt, renderPrompt } from "../../src/codecs/prompt.js";
import type { SchemaName } from "../../src/codecs/schemas/schemas.js";

const main = join(dirname(fileURLToPath(import.meta.url)), "../../dist/src/cli/main.js");

function gner(args: readonly string[], rows: readonly object[]) {
  const input = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  return spawnSync(process.execPath, [main, ...args], { input, encoding: "utf8" });
}

const sentence = {
  words: ["Ada", "of", "Bonn", "met", "Bonn", "University"],
  labels: ["city", "person", "school"],
};

describe("gner score --schema", () => {
  const request = { words: sentence.words, labels: sentence.labels };

  it.each<[SchemaName, string, string, string]>([
    ["full", "full", "Ada(person) of(O) Bonn(city) met(O) Bonn(school) University(school)", "Bonn(city)"],
    ["entity-centric", "entity-centric", "Ada(person) Bonn(city) Bonn University(school)", "Bonn(city) "],
    [
      { context: 1 },
      "context=1",
      "Ada(person) of(O) Bonn(city) met(O) Bonn(school) University(school)",
      "Bonn(city)",
    ],
  ])("counts predictions of %j against its targets", (schema, flag, target, lost) => {
    const prompt = renderPrompt("gner", { ...request, schema });
    const t5 = { id: "a", input: prompt, target };
    const llama = { id: "b", prompt: instPrompt(prompt), completion: ` ${target}` };
    const rows = [
      { ...t5, prediction: target },
      { ...llama, prediction: target.replace(lost, lost.replace("(city)", "(O)").replace("Bonn(O) ", "")) },
    ];
    const { stdout, stderr } = gner(["score", "-", "--schema", flag, "--json"], rows);
    expect(stderr).toBe("");
    const { paper, strict } = JSON.parse(stdout);
    expect(paper).toBeNull();
    expect(strict.precision).toBe(1);
    expect(strict.recall).toBeCloseTo(5 / 6);
  });

  it("refuses rows of another schema", () => {
    const input = renderPrompt("gner", request);
    const row = { id: "a", input, target: "Ada(B-person) of(O)", prediction: "" };
    const { stderr, status } = gner(["score", "-", "--schema", "entity-centric"], [row]);
    expect(stderr).toContain("the target is not of this schema");
    expect(status).toBe(2);
  });
});

describe("gner align --schema", () => {
  it.each([
    ["full", "Ada(person) of(O) Bonn(city) met(O) Bonn(school) University(school)"],
    ["bioes", "Ada(S-person) of(O) Bonn(S-city) met(O) Bonn(B-school) University(E-school)"],
    ["entity-centric", "Ada(person) Bonn(city) Bonn University(school)"],
    ["context=1", "Ada(person) of(O) Bonn(city) met(O) Bonn(school) University(school)"],
  ])("reads %s", (schema, prediction) => {
    const { stdout, status } = gner(["align", "-", "--schema", schema], [{ ...sentence, prediction }]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      labels: ["B-person", "O", "B-city", "O", "B-school", "I-school"],
      entities: [{ text: "Ada" }, { text: "Bonn" }, { text: "Bonn University" }],
      notes: [],
    });
  });

  it("has no tags for entities that overlap", () => {
    const prediction = "Bonn University(school) University(city)";
    const { stdout } = gner(["align", "-", "--schema", "entity-centric"], [{ ...sentence, prediction }]);
    expect(JSON.parse(stdout)).toMatchObject({
      labels: null,
      entities: [{ label: "school" }, { label: "city", parts: [{ start: 5, end: 6 }] }],
    });
  });

  it.each([
    [["--schema", "biose"], "expected bio, bioes, full, entity-centric or context=K"],
    [["--schema", "full", "--compat", "paper"], "goes with --schema bio only"],
  ])("refuses %j", (flags, message) => {
    const { stderr, status } = gner(["align", "-", ...flags], []);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});
