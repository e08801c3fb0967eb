import { describe, expect, it } from "vitest";
import { printable } from "../../src/cli/printable.js";
import { entityTable, failureLine } from "../../src/cli/table.js";

describe("printable", () => {
  it("keeps a text on its line", () => {
    expect(printable("Ada\r\n\tLane \u2028 sings")).toBe("Ada Lane sings");
  });

  it("lets no command of a terminal through, of seven or eight bits", () => {
    expect(printable("\u001b[2Jgone\u009b31mred\u0007")).toBe(" [2Jgone 31mred ");
  });

  it("lets nothing order other characters anew", () => {
    for (const mark of [
      "\u202a",
      "\u202b",
      "\u202c",
      "\u202d",
      "\u202e",
      "\u2066",
      "\u2067",
      "\u2068",
      "\u2069",
    ])
      expect(printable(`user${mark}gnp.exe`)).toBe("user gnp.exe");
  });

  it("leaves joiners and all that is written alone", () => {
    const texts = ["می‌خواهم", "क्‍ष", "👩‍🚀 Köln 東京", "naïve café"];
    for (const text of texts) expect(printable(text)).toBe(text);
  });
});

describe("tables of entities", () => {
  it("hold nothing of a text or a note that a terminal obeys", () => {
    const override = "\u202eenoN\u009b31m";
    const entity = { label: `place${override}`, text: `Bonn${override}`, start: 0, end: 10, score: null };
    const notes = [{ kind: "lost-words" as const, message: `the word ${override} is lost` }];
    const shown = [
      entityTable({ text: "x", entities: [entity], notes }, false),
      entityTable({ text: override, entities: [], notes: [] }, false),
      failureLine(override, false),
    ].join("");
    expect(shown).toContain("Bonn enoN 31m");
    expect(shown).toContain("note: the word enoN");
    expect(shown).not.toMatch(/[\u202e\u009b]/u);
  });
});
