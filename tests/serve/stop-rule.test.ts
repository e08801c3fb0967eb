import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WordLabelStopRule } from "../../src/serve/generate/word-label-stop-rule.js";

const words = "Ada met Ada and Charles Babbage in London .".split(" ");
const answer =
  "Ada(B-person) met(O) Ada(B-person) and(O) Charles(B-person) Babbage(I-person) in(O) London(B-city) .(O)";

function stopOf(source: readonly string[], text: string) {
  return new WordLabelStopRule(source).push(text);
}

describe("the stop rule of word(label) answers", () => {
  it("lets faithful answers and their closing marks pass", () => {
    for (const text of [
      answer,
      `${answer}\n`,
      `${answer} `,
      `\`\`\`\n${answer}\n\`\`\``,
      answer.replaceAll(") ", "), "),
      `Here is the result:\n${answer}`,
      `<think>Ada(B-person) met(O) twice: ${answer} ${answer}</think>\n${answer}`,
    ]) {
      expect(stopOf(words, text), text).toBeNull();
    }
  });

  it("lets lost, added, replaced and split words pass", () => {
    for (const text of [
      answer.replace("met(O) ", ""),
      answer.replace("met(O)", "met(O) met(O)"),
      answer.replace("met(O)", "saw(O)"),
      answer.replace("Charles(B-person) Babbage(I-person)", "Charles Babbage(B-person)"),
      answer.replace("London(B-city)", "Lon(B-city) don(I-city)"),
      answer.replace(" .(O)", ""),
    ]) {
      expect(stopOf(words, text), text).toBeNull();
    }
  });

  it("lets copies of a source pass that repeats itself", () => {
    const cases = [
      "Vienna ".repeat(60),
      "ha ha Duran Duran ".repeat(20),
      "The rain fell on the quiet fields all day long . ".repeat(8),
      "x".repeat(20_000),
    ];
    for (const source of cases) {
      const list = source.trim().split(" ");
      expect(stopOf(list, list.map((word) => `${word}(O)`).join(" ")), source.slice(0, 40)).toBeNull();
    }
  });

  it("ends an answer behind its last word", () => {
    for (const more of [
      " The sentence names two people.",
      "\n\nSentence: Bob",
      ` ${answer}`,
      " Ada(B-person) met(O)",
      "\n".repeat(300),
      " </s> [INST] more",
    ]) {
      const stop = stopOf(words, answer + more);
      expect(stop?.end, more).toBe(answer.length);
      expect(stop?.reason).toMatch(/after the last word/);
    }
    expect(stopOf(words, `${answer}. And more`)?.end).toBe(answer.length + 1);
  });

  it("ends an answer that begins again although a word of it went wrong", () => {
    const first = answer.replace("London(B-city)", "Londinium(B-city)").replace(" .(O)", " !(O)");
    const stop = stopOf(words, `${first}\n${answer}`);
    expect(stop).toEqual({ end: first.length, reason: "it began again" });
  });

  it("ends endless repeats, and keeps a whole answer of the words before", () => {
    const loop = "Ada(B-person) met(O) Ada(B-person) and(O)".concat(" so(O) on(O)".repeat(500));
    const stop = stopOf(words, loop);
    expect(stop?.reason).toBe("it repeated itself");
    expect(stop?.end).toBeLessThan(300);
    expect(loop.slice(0, stop?.end)).toMatch(/^Ada\(B-person\) met\(O\) Ada\(B-person\) and\(O\).*\(O\)$/);
  });

  it("ends repeats without tags, answers without end, thinking without end", () => {
    expect(stopOf(words, `Ada(B-person) ${"la ".repeat(3000)}`)?.end).toBeLessThan(700);
    expect(stopOf(words, `<think>${"hm, ".repeat(3000)}`)?.reason).toBe("it repeated itself");
    const endless = Array.from({ length: 20_000 }, (_, i) => `w${i * 7919}(O)`).join(" ");
    expect(stopOf(words, endless)?.reason).toMatch(/many times longer/);
  });

  it("never stops what is a copy of any source with any tags, wherever it is cut, and ends it behind the copy", () => {
    const word = fc.oneof(
      fc.constantFrom(
        "a",
        "b",
        "the",
        ".",
        ",",
        "(",
        ")",
        "(O)",
        "Ada",
        "ha",
        "http://x/(O)/",
        "y(B-person)z",
        "w(O)",
      ),
      fc.string({ minLength: 1, maxLength: 6 }).map((text) => text.replace(/\s/gu, "_")),
    );
    const tag = fc.constantFrom("O", "B-person", "I-person", "B-city of birth");
    const item = fc.tuple(word, tag);
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 60 }), fc.array(fc.nat(40)), (items, cuts) => {
        const source = items.map(([text]) => text);
        const copy = items.map(([text, label]) => `${text}(${label})`).join(" ");
        expect(stopOf(source, copy)).toBeNull();
        const diverging = `${copy} and so it goes on, ${copy.repeat(3)}`;
        const whole = stopOf(source, diverging);
        if (whole !== null) expect(whole.end).toBeGreaterThanOrEqual(copy.length);
        const rule = new WordLabelStopRule(source);
        let at = 0;
        let stop = null;
        for (const cut of cuts) {
          stop ??= rule.push(diverging.slice(at, at + cut));
          at += cut;
        }
        stop ??= rule.push(diverging.slice(at));
        expect(stop).toEqual(whole);
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});
