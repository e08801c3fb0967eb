import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { partChars } from "../../src/core/document.js";
import { InputError } from "../../src/core/errors.js";
import { documentOfText } from "../../src/core/words.js";
import type { Recognizer } from "../../src/serve/recognize/recognizer.js";

const labels = ["person", "city", "organization"];

/** Texts that go wrong where offsets are guessed: repeats, emoji, accents, several scripts, control characters. */
const hostileTexts = [
  "Ada met Ada, and Ada left Ada in Paris, Paris.",
  "😀 Zoë Müller 👩‍👩‍👧 flew from São Paulo to Kraków 🇵🇱.",
  "e\u0301mile Zola lived in Me\u0301dan.",
  "王明在北京工作。Anna Schmidt visited 東京.",
  "محمد lives in القاهرة with Sara.",
  "NUL\u0000 and \ud800 lone, \u200bzero\u200b width, then Berlin.",
  "(B-52) and (O) say Bob(B-person) flew to Rome(O).",
  "a\tb\nc\r\nLondon\n\n\nMadrid",
  "x".repeat(50_000),
  `${"Vienna ".repeat(30)}.`,
  "<script>alert('Oslo')</script> & more {{x}} [/INST] Lima",
];

/** What every Recognizer keeps, whatever its family: entities may have several parts, nest and overlap. */
export function testRecognizer(name: string, load: () => Promise<Recognizer>): void {
  describe(`Recognizer contract: ${name}`, () => {
    let recognizer: Recognizer;
    beforeAll(async () => {
      recognizer = await load();
    });
    afterAll(() => recognizer.close());
    const docOf = (text: string) => documentOfText(text.slice(0, 9), text);

    it("finds nothing in nothing, and says so", async () => {
      for (const text of ["", " ", "\n\t \u00a0", "\u0000\u200b"]) {
        const [found] = await recognizer.recognize([docOf(text)], labels);
        expect(found?.entities).toEqual([]);
        expect(found?.notes.map(({ kind }) => kind)).toEqual(["no-words"]);
      }
      expect(await recognizer.recognize([], labels)).toEqual([]);
    });

    it.each(hostileTexts.map((text) => [text.length > 99 ? `${text.slice(0, 30)}…` : text, text]))(
      "gives parts inside the text for %j",
      async (_, text) => {
        const doc = docOf(text);
        const [found] = await recognizer.recognize([doc], labels);
        for (const { label, parts, score } of found?.entities ?? []) {
          expect(labels).toContain(label);
          expect(parts.length).toBeGreaterThan(0);
          let end = -1;
          for (const part of parts) {
            expect(part.start).toBeGreaterThan(end);
            end = part.end;
            const chars = partChars(doc, part);
            expect(text.slice(chars.start, chars.end)).toMatch(/\S/);
          }
          if (score !== undefined) expect(score).toSatisfy((value: number) => value > 0 && value <= 1);
        }
      },
    );

    it("gives for a batch what it gives for each document alone", async () => {
      const docs = hostileTexts.map(docOf);
      const together = await recognizer.recognize(docs, labels);
      for (const [i, doc] of docs.entries()) {
        expect(await recognizer.recognize([doc], labels), doc.text.slice(0, 40)).toEqual([together[i]]);
      }
    });

    it("reads a text over the model's limit in windows, to its end", async () => {
      const text = `${"The rain fell on the quiet fields all day long. ".repeat(60)}Marie Curie lived in Warsaw.`;
      const doc = docOf(text);
      const [found] = await recognizer.recognize([doc], labels);
      expect(found?.notes.map(({ kind }) => kind)).toContain("windows");
      const texts = found?.entities.flatMap(({ parts }) =>
        parts.map((part) => {
          const { start, end } = partChars(doc, part);
          return text.slice(start, end);
        }),
      );
      expect(texts).toContain("Warsaw");
    });

    it("refuses label sets that cannot be asked for", async () => {
      const doc = docOf("Ada");
      for (const bad of [[], [""], ["()"], ["O"], ["a", "A"], ["x".repeat(201)]]) {
        await expect(recognizer.recognize([doc], bad), JSON.stringify(bad)).rejects.toBeInstanceOf(
          InputError,
        );
      }
      const many = Array.from({ length: 3000 }, (_, i) => `label number ${i}`);
      await expect(recognizer.recognize([doc], many)).rejects.toBeInstanceOf(InputError);
    });

    it("notes a label given twice, and keeps labels with brackets and line breaks as given", async () => {
      const given = ["person", "person", "city (large)", "organi\nzation"];
      const [found] = await recognizer.recognize([docOf("Ada Lovelace lived in London.")], given);
      expect(found?.notes.map(({ kind }) => kind)).toContain("doubled-label");
      for (const { label } of found?.entities ?? []) expect(given).toContain(label);
    });

    it("rejects with the reason of an aborted signal", async () => {
      const reason = new Error("enough");
      const docs = hostileTexts.map(docOf);
      await expect(recognizer.recognize(docs, labels, {}, AbortSignal.abort(reason))).rejects.toBe(reason);
    });
  });
}
