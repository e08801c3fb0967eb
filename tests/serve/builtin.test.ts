import { describe, expect, it } from "vitest";
import { renderPrompt } from "../../src/codecs/prompt.js";
import { documentOfWords } from "../../src/core/document.js";
import { InputError } from "../../src/core/errors.js";
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

  it("takes text that spells its special tokens for text", async () => {
    const recognizer = await loadRecognizer();
    const doc = documentOfWords("x", ["Ada", "[SEP]", "met", "Bob", "[CLS]", "in", "Rome", "."]);
    const [found] = await recognizer.recognize([doc], ["person", "city"]);
    expect(found?.notes).toEqual([]);
    expect(found?.entities.map(({ label, parts }) => [label, parts[0]?.start])).toEqual([
      ["person", 0],
      ["person", 3],
      ["city", 6],
    ]);
    await recognizer.close();
  });

  it("leaves emoji and scripts that it cannot spell in place, without false notes", async () => {
    const gner = await Gner.load();
    for (const text of [
      "Ada met 🇮🇹 🇫🇷 in Rome.",
      "😀 Zoë flew 👩‍👩‍👧 from São Paulo 🇵🇱.",
      "محمد met Ada in Rome.",
    ]) {
      const { entities, notes } = await gner.extract(text, ["person", "city"]);
      expect(notes, text).toEqual([]);
      expect(entities.length, text).toBeGreaterThan(0);
    }
    await gner.close();
  });

  it("checks what it is given before anything else", async () => {
    const gner = await Gner.load();
    const bad: [unknown, unknown][] = [
      ["Ada", "person"],
      [["Ada"], ["person"]],
      [undefined, ["person"]],
      ["Ada", [1]],
    ];
    for (const [text, given] of bad) {
      // @ts-expect-error JavaScript callers can pass anything.
      await expect(gner.extract(text, given), JSON.stringify([text, given])).rejects.toBeInstanceOf(
        InputError,
      );
    }
    await expect(gner.extract("", ["a"], { numBeams: Number.NaN })).rejects.toBeInstanceOf(InputError);
    const reason = new Error("enough");
    await expect(gner.extract("", ["a"], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    for (const threads of [0, -1, 1.5, Number.NaN]) {
      await expect(Gner.load({ threads })).rejects.toThrow(/threads/);
    }
    await gner.close();
  });

  it("finishes running calls when closed, refuses new ones, and may be closed twice", async () => {
    const gner = await Gner.load();
    const running = gner.extract("Ada met Bob in Rome.", ["person"]);
    await Promise.all([gner.close(), gner.close()]);
    expect((await running).entities.length).toBeGreaterThan(0);
    await expect(gner.extract("Ada", ["person"])).rejects.toThrow(/was closed/);
  });

  it("streams outcomes of many texts in order, each with its item, and goes on past one that fails", async () => {
    const gner = await Gner.load();
    const texts = ["Ada met Bob in Rome.", "x".repeat(100_000), "", "Guido van Rossum lives in Amsterdam."];
    const items = texts.map((text, i) => ({ text, id: `row ${i}` }));
    async function* source() {
      yield* items;
    }
    const seen: string[] = [];
    for await (const outcome of gner.extractEach(source(), labels, { concurrency: 2 })) {
      seen.push(outcome.item.id);
      expect(outcome.item).toBe(items[seen.length - 1]);
      if ("error" in outcome) {
        expect(outcome.item.id).toBe("row 1");
        expect(outcome.error).toBeInstanceOf(InputError);
        expect(outcome.error.message).toContain("longer than the model can read");
      } else expect(outcome.extraction).toEqual(await gner.extract(outcome.item.text, labels));
    }
    expect(seen).toEqual(items.map(({ id }) => id));
    await gner.close();
  });

  it("ends a stream for labels that are refused, and for its signal", async () => {
    const gner = await Gner.load();
    const endless = function* () {
      for (;;) yield { text: "Ada met Bob." };
    };
    const first = (asked: readonly string[], signal?: AbortSignal) =>
      gner.extractEach(endless(), asked, signal === undefined ? {} : { signal }).next();
    await expect(first([""])).rejects.toBeInstanceOf(InputError);
    const reason = new Error("enough");
    await expect(first(["person"], AbortSignal.abort(reason))).rejects.toBe(reason);
    const abort = new AbortController();
    const stream = gner.extractEach(endless(), ["person"], { signal: abort.signal });
    expect((await stream.next()).done).toBe(false);
    abort.abort(reason);
    await expect(stream.next()).rejects.toBe(reason);
    await gner.close();
  });

  it("says how many windows are done", async () => {
    const gner = await Gner.load();
    const seen: string[] = [];
    const text = "The rain fell on the quiet fields all day long. ".repeat(20);
    await gner.extract(text, ["city"], { onWindow: (done, total) => seen.push(`${done}/${total}`) });
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual(seen.map((_, i) => `${i + 1}/${seen.length}`));
    await gner.close();
  });

  it("is at most 35 MB in all", async () => {
    const { readdirSync, statSync } = await import("node:fs");
    const path = builtinModelPath();
    const bytes = readdirSync(path).reduce((sum, file) => sum + statSync(`${path}/${file}`).size, 0);
    expect(bytes).toBeLessThanOrEqual(35_000_000);
  });
});
