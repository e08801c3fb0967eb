import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { partChars } from "../../src/core/document.js";
import { InputError } from "../../src/core/errors.js";
import { documentOfText } from "../../src/core/words.js";
import { splitWindows } from "../../src/serve/recognize/windows.js";

function windowTexts(text: string, mostWords: number) {
  const doc = documentOfText("x", text);
  const { windows, notes } = splitWindows(doc, ({ start, end }) => end - start <= mostWords);
  const texts = windows.map((window) => {
    const { start, end } = partChars(doc, window);
    return text.slice(start, end);
  });
  return { texts, kinds: notes.map(({ kind }) => kind) };
}

describe("splitWindows", () => {
  it("leaves a text that fits whole, without a note", () => {
    expect(windowTexts("One two. Three.", 5)).toEqual({ texts: ["One two. Three."], kinds: [] });
  });

  it("puts as many whole sentences into a window as fit", () => {
    const { texts, kinds } = windowTexts("One two. Three four. Five six seven eight.", 6);
    expect(texts).toEqual(["One two. Three four.", "Five six seven eight."]);
    expect(kinds).toEqual(["windows"]);
  });

  it("cuts an overlong sentence between words, behind a comma where one is near", () => {
    const { texts, kinds } = windowTexts("One two three, four five six seven.", 5);
    expect(texts).toEqual(["One two three,", "four five six seven."]);
    expect(kinds).toEqual(["windows", "sentence-cut"]);
  });

  it("covers every word exactly once, and every window fits", () => {
    const text = fc.string({ unit: fc.constantFrom("a ", "b, ", "c. ", "D! ", "\n"), maxLength: 80 });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (value, most) => {
        const doc = documentOfText("x", value);
        const { windows } = splitWindows(doc, ({ start, end }) => end - start <= most);
        let next = 0;
        for (const { start, end } of windows) {
          expect(start).toBe(next);
          expect(end - start).toBeLessThanOrEqual(most);
          next = end;
        }
        expect(next).toBe(doc.words.length);
      }),
      { numRuns: 1000, seed: 7 },
    );
  });

  it("refuses a single word that does not fit", () => {
    const doc = documentOfText("x", "short enormous");
    expect(() => splitWindows(doc, ({ start, end }) => start === 0 && end === 1)).toThrow(InputError);
  });
});
