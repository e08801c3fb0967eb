import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/core/errors.js";
import { readCsv, readCsvColumns } from "../../src/tuning/corpora/csv.js";
import { readJsonValues } from "../../src/tuning/corpora/json-values.js";
import { gather, testFile } from "./support.js";

const values = async (text: string) => gather(readJsonValues(await testFile("a.json", text)));
const records = async (text: string) => gather(readCsv(await testFile("a.csv", text), ","));

describe("JSON values of a file", () => {
  it("read back whatever was written, as lines or as a list, on one line or many", async () => {
    const entry = fc.oneof(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.array(fc.jsonValue(), { minLength: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(0, 2),
        async (entries, indent) => {
          const expected = JSON.parse(JSON.stringify(entries));
          const list = await values(JSON.stringify(entries, null, indent));
          expect(list.map(({ value }) => value)).toEqual(expected);
          if (!Array.isArray(entries[0])) {
            const lines = await values(
              entries.map((value) => JSON.stringify(value, null, indent)).join("\n"),
            );
            expect(lines.map(({ value }) => value)).toEqual(expected);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("have the lines where they start", async () => {
    expect((await values('[\n{"a":\n1},\n\n  {"a": "]}"}\n]\n')).map(({ line }) => line)).toEqual([2, 5]);
    expect(await values('{"a": 1}\n\n{"a": 2} {"a": 3}')).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 3, value: { a: 2 } },
      { line: 3, value: { a: 3 } },
    ]);
    expect(await values("[]")).toEqual([]);
  });

  it.each([
    ["a list without its end", '[{"a": 1}\n', /:1: ends inside its list/],
    ["a list that ends in a comma", '[{"a": 1},\n]', /:2: no JSON object or list/],
    ["a list without a comma", '[{"a": 1} {"a": 2}]', /:1: no JSON object/],
    ["an object without its end", '{"a": 1}\n{"a":\n', /:2: ends inside the value of line 2/],
    ["a text without its end", '{"a": "b}\n', /ends inside/],
    ["an entry that is no object", '[{"a": 1}, 7]', /found "7]"/],
    ["text behind the list", "[{}]\nso", /:2: no JSON object/],
    ["a comma between lines", '{"a": 1},\n{"a": 2}', /:1: no JSON object/],
    ["brackets of two kinds", '{"a": [1}\n}', /:1: no JSON: /],
    ["no JSON at all", "so it goes", /:1: no JSON object/],
  ])("refuse %s", async (_, text, message) => {
    await expect(values(text)).rejects.toThrow(FormatError);
    await expect(values(text)).rejects.toThrow(message);
  });
});

describe("CSV records of a file", () => {
  it("read back whatever was written", async () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "é", '"', ",", "\n", " ", "🎉"), maxLength: 6 });
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
      );
    const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const read = await records(rows.map((row) => `${row.map(quoted).join(",")}\n`).join(""));
        expect(read.map(({ cells }) => cells)).toEqual(rows);
      }),
      { numRuns: 60 },
    );
  });

  it("have the lines where they start, and no record for an empty line", async () => {
    const read = await records('a,"b\n\nc"\n\nd,e\n');
    expect(read).toEqual([
      { line: 1, cells: ["a", "b\n\nc"] },
      { line: 5, cells: ["d", "e"] },
    ]);
  });

  it("refuse quotes that do not close, text behind them, and rows unlike the header", async () => {
    await expect(records('a,b\nc,"d\ne\n')).rejects.toThrow(/:2: a quoted cell is not closed/);
    await expect(records('a,"b"c\n')).rejects.toThrow(/:1: text behind a quoted cell/);
    const columns = async (text: string) => gather(readCsvColumns(await testFile("a.csv", text), ",", ["b"]));
    expect(await columns("a,b\n1,2\n")).toEqual([{ line: 2, cells: ["2"] }]);
    await expect(columns("a,b\n1,2,3\n")).rejects.toThrow(/:2: 3 cells, but the header has 2/);
    await expect(columns("a,c\n")).rejects.toThrow(/:1: no column "b" in the header/);
  });
});
