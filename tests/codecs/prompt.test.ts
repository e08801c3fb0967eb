import { readFileSync } from "node:fs";
import fc from "fast-check";
import Handlebars from "handlebars";
import { describe, expect, it } from "vitest";
import { instPrompt, promptExample, renderMessages, renderPrompt } from "../../src/codecs/prompt.js";
import { documentOfWords, flatEntity } from "../../src/core/document.js";

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

describe("prompts of many requests", () => {
  const template = (name: string) =>
    Handlebars.compile(readFileSync(new URL(`../../prompts/${name}.hbs`, import.meta.url), "utf8"), {
      noEscape: true,
      strict: true,
    });
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\ue000", "\ue001", "\ue002", "$&", "{{a}}"),
  );

  it("are what the template gives", () => {
    const [gner, compact, inst] = ["gner", "compact", "inst"].map(template);
    const texts = fc.array(text, { maxLength: 4 });
    const dataset = fc.oneof(fc.constant(null), fc.constantFrom("", "null", "tea"), text);
    fc.assert(
      fc.property(texts, texts, dataset, fc.boolean(), (labels, words, set, elseClass) => {
        const request = { labels, words, dataset: set, elseClass };
        const prompt = renderPrompt("gner", request);
        expect(prompt).toBe(gner?.({ labels, sentence: words.join(" "), dataset: set, elseClass }));
        expect(instPrompt(prompt)).toBe(inst?.({ prompt }));
        const sentence = words.map((word) => word.replace(/\s+/g, " ")).join(" ");
        expect(renderPrompt("compact", request)).toBe(compact?.({ labels, sentence }));
      }),
    );
  });
});

describe("few-shot prompts", () => {
  const example = promptExample({
    doc: documentOfWords("x", ["Mara", "Oduya", "left", "AT&T", "."]),
    labels: ["person", "firm (company)"],
    gold: [flatEntity("person", 0, 2), flatEntity("firm (company)", 3, 4)],
  });

  it("asks without examples in one message, the sentence last", () => {
    const [message, ...more] = renderMessages("few-shot", { words, labels });
    expect(more).toEqual([]);
    expect(message?.role).toBe("user");
    expect(message?.content).toMatch(/^Mark the named entities in a sentence/);
    expect(message?.content).toMatch(
      /\n\nEntity types: company, city & country, film "genre"\nSentence: AT&T <b> opened \{\{a\}\} lab in Zürich \.$/,
    );
  });

  it("shows examples as turns of the chat, each with its own labels", () => {
    const messages = renderMessages("few-shot", { words: ["Hi"], labels: ["city"], examples: [example] });
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(messages[0]?.content).toMatch(
      /^Mark .*\n\nEntity types: person, firm company\nSentence: Mara Oduya left AT&T \.$/s,
    );
    expect(messages[1]?.content).toBe("Mara(B-person) Oduya(I-person) left(O) AT&T(B-firm company) .(O)");
    expect(messages[2]?.content).toBe("Entity types: city\nSentence: Hi");
  });

  it("is the same up to the sentence, whatever the sentence", () => {
    const beforeSentence = (sentence: readonly string[]) => {
      const text = renderPrompt("few-shot", { words: sentence, labels, examples: [example] });
      expect(text.endsWith(sentence.join(" "))).toBe(true);
      return text.slice(0, -sentence.join(" ").length);
    };
    expect(beforeSentence(["Rain", "."])).toBe(beforeSentence(words));
  });

  it("refuses examples that word(label) cannot hold", () => {
    const doc = documentOfWords("n", ["New", "York", "University"]);
    const gold = [flatEntity("city", 0, 2), flatEntity("school", 0, 3)];
    expect(() => promptExample({ doc, labels: ["city", "school"], gold })).toThrow(/overlapping/);
  });

  it("asks the other styles in one message", () => {
    expect(renderMessages("gner", { words, labels })).toEqual([{ role: "user", content: golden("gner") }]);
  });
});
