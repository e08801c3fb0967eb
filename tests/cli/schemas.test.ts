import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const main = join(dirname(fileURLToPath(import.meta.url)), "../../dist/src/cli/main.js");

function gner(args: readonly string[], rows: readonly object[]) {
  const input = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  return spawnSync(process.execPath, [main, ...args], { input, encoding: "utf8" });
}

const sentence = {
  words: ["Ada", "of", "Bonn", "met", "Bonn", "University"],
  labels: ["city", "person", "school"],
};

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
