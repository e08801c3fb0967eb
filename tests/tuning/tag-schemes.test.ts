import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { decodeTags, labelInScheme } from "../../src/tuning/corpora/tag-schemes.js";

/** Mentions side by side or with gaps, as label, length and the words outside behind them. */
const mentions = fc.array(
  fc.tuple(fc.constantFrom("x", "y-z"), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 2 })),
  {
    maxLength: 6,
  },
);

function spelled(
  found: readonly (readonly [string, number, number])[],
  tags: (label: string, length: number, follows: string | null) => readonly string[],
) {
  const sequence: string[] = [];
  const expected: { label: string; parts: { start: number; end: number }[] }[] = [];
  let follows: string | null = null;
  for (const [label, length, gap] of found) {
    const start = sequence.length;
    sequence.push(...tags(label, length, follows));
    expected.push({ label, parts: [{ start, end: sequence.length }] });
    for (let i = 0; i < gap; i++) sequence.push("O");
    follows = gap > 0 ? null : label;
  }
  return { sequence, expected };
}

const repeated = (tag: string, times: number) => Array.from({ length: times }, () => tag);

describe("tag schemes", () => {
  it.each([
    ["BIOES", ["B", "I", "E", "S"]],
    ["BILOU", ["B", "I", "L", "U"]],
    ["BMES", ["B", "M", "E", "S"]],
    ["BMEW", ["B", "M", "E", "W"]],
  ])("%s gives back what it spells", (_, [first, inner, last, single]) => {
    fc.assert(
      fc.property(mentions, (found) => {
        const { sequence, expected } = spelled(found, (label, length) =>
          length === 1
            ? [`${single}-${label}`]
            : [`${first}-${label}`, ...repeated(`${inner}-${label}`, length - 2), `${last}-${label}`],
        );
        expect(decodeTags("bioes", sequence)).toEqual({ mentions: expected, breaks: [] });
      }),
    );
  });

  it("IOB1 gives back what it spells", () => {
    fc.assert(
      fc.property(mentions, (found) => {
        const { sequence, expected } = spelled(found, (label, length, follows) => [
          `${follows === label ? "B" : "I"}-${label}`,
          ...repeated(`I-${label}`, length - 1),
        ]);
        expect(decodeTags("iob1", sequence)).toEqual({ mentions: expected, breaks: [] });
      }),
    );
  });

  it("IO joins what stands side by side", () => {
    expect(decodeTags("io", ["x", "x", "y", "O", "B-x", "B-x"])).toEqual({
      mentions: [
        { label: "x", parts: [{ start: 0, end: 2 }] },
        { label: "y", parts: [{ start: 2, end: 3 }] },
        { label: "B-x", parts: [{ start: 4, end: 6 }] },
      ],
      breaks: [],
    });
  });

  it("breaks are read as mentions and told", () => {
    const spans = (tags: readonly string[]) => {
      const { mentions, breaks } = decodeTags("bioes", tags);
      return [mentions.map(({ label, parts: [part] }) => `${label}${part?.start}-${part?.end}`), breaks];
    };
    expect(spans(["I-x", "E-x"])).toEqual([["x0-2"], [0]]);
    expect(spans(["E-x", "O"])).toEqual([["x0-1"], [0]]);
    expect(spans(["B-x", "O"])).toEqual([["x0-1"], [0]]);
    expect(spans(["B-x", "I-y", "E-y"])).toEqual([
      ["x0-1", "y1-3"],
      [0, 1],
    ]);
    expect(spans(["B-x", "S-x"])).toEqual([["x0-1", "x1-2"], [0]]);
    expect(decodeTags("bio", ["I-x", "I-x", "B-y", "I-x", "O", "I-y"]).breaks).toEqual([0, 3, 5]);
  });

  it("refuse tags of other schemes", () => {
    expect(labelInScheme("bioes", "U-a b")).toBe("a b");
    expect(labelInScheme("io", "B-x")).toBe("B-x");
    expect(labelInScheme("iob1", "O")).toBeNull();
    for (const tag of ["E-x", "x", "", "B-"]) expect(() => labelInScheme("bio", tag)).toThrow(InputError);
    for (const tag of ["x", "", "S-", "b-x"]) expect(() => labelInScheme("bioes", tag)).toThrow(InputError);
    expect(() => labelInScheme("io", "")).toThrow(InputError);
  });
});
