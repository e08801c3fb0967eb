import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { instPrompt, renderPrompt } from "../../src/codecs/prompt.js";

const golden = (name: string) =>
  readFileSync(new URL(`../fixtures/prompts/${name}.txt`, import.meta.url), "utf8");
const words = ["AT&T", "<b>", "opened", "{{a}}", "lab", "in", "Zürich", "."];
const labels = ["company", "city & country", 'film "genre"'];

describe("prompts", () => {
  it("has the released wording, byte for byte", () => {
    expect(renderPrompt("gner", { words, labels })).toBe(golden("gner"));
  });

  it("adds the Dataset line and the else class", () => {
    const request = { words, labels, dataset: "tea & cake", elseClass: true };
    expect(renderPrompt("gner", request)).toBe(golden("gner-dataset-else"));
  });

  it("puts LLaMA's markers around it", () => {
    expect(instPrompt(renderPrompt("gner", { words, labels }))).toBe(golden("gner-inst"));
  });

  it("writes labels and words on two lines for the built-in model", () => {
    expect(renderPrompt("compact", { words, labels })).toBe(golden("compact"));
    expect(renderPrompt("compact", { words: ["a\nb", "c"], labels: ["x"] })).toBe("x\na b c");
  });
});
