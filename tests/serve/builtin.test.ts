import { describe, expect, it } from "vitest";
import { renderPrompt } from "../../src/codecs/prompt.js";
import { builtinModelPath, Gner, loadRecognizer } from "../../src/serve/gner.js";
import { OnnxGenerator } from "../../src/serve/onnx/onnx-generator.js";
import { testRecognizer } from "./recognizer-contract.js";
import { testTextGenerator } from "./text-generator-contract.js";

const labels = ["person", "city", "programming language", "organization"];
const prompts = [
  "Ada met Babbage .",
  "Guido van Rossum wrote Python in Amsterdam at the Centrum Wiskunde & Informatica .",
  "The quick brown fox jumps over the lazy dog near Zürich while C++ compiles ( slowly ) .",
].map((sentence) => renderPrompt("compact", { labels, words: sentence.split(" ") }));

testTextGenerator("built-in model", () => OnnxGenerator.load(builtinModelPath()), prompts);
testRecognizer("built-in model", () => loadRecognizer());

describe("Gner with the built-in model", () => {
  it("finds what a user asks for, where it stands", async () => {
    const gner = await Gner.load();
    const text = "Guido van Rossum wrote Python in Amsterdam.";
    const { entities, notes } = await gner.extract(text, labels);
    expect(notes).toEqual([]);
    expect(entities.map(({ text: mention, label }) => [mention, label])).toEqual([
      ["Guido van Rossum", "person"],
      ["Python", "programming language"],
      ["Amsterdam", "city"],
    ]);
    for (const { start, end, text: mention, score } of entities) {
      expect(text.slice(start, end)).toBe(mention);
      expect(score).toBeGreaterThan(0.2);
    }
    expect(await gner.extractAll([text, "", text], labels)).toEqual([
      { text, entities, notes },
      { text: "", entities: [], notes: [{ kind: "no-words", message: "the text holds no word" }] },
      { text, entities, notes },
    ]);
    await gner.close();
  });

  it("gives every beam width the same kind of answer", async () => {
    const gner = await Gner.load();
    const text = "Guido van Rossum wrote Python in Amsterdam.";
    for (const numBeams of [2, 4, 8]) {
      const { entities } = await gner.extract(text, labels, { numBeams });
      expect(entities.map(({ text: mention }) => mention)).toContain("Guido van Rossum");
    }
    await expect(gner.extract(text, labels, { numBeams: 9 })).rejects.toThrow(/1 to 8/);
    await expect(gner.extract(text, labels, { numBeams: 1.5 })).rejects.toThrow(/1 to 8/);
    await gner.close();
  });

  it("is at most 35 MB in all", async () => {
    const { readdirSync, statSync } = await import("node:fs");
    const path = builtinModelPath();
    const bytes = readdirSync(path).reduce((sum, file) => sum + statSync(`${path}/${file}`).size, 0);
    expect(bytes).toBeLessThanOrEqual(35_000_000);
  });
});
