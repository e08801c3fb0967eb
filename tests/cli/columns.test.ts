import { describe, expect, it } from "vitest";
import { alignColumns, columnsOf } from "../../src/cli/columns.js";

describe("columns of a terminal", () => {
  it.each([
    ["Ada", 3],
    ["東京", 4],
    ["（東）", 6],
    ["서울", 4],
    ["e\u0301", 1],
    ["नि", 1],
    ["👩‍🔬", 2],
    ["❤️", 2],
    ["©", 1],
    ["\u001b[36mAda\u001b[39m", 3],
    ["", 0],
  ])("of %j are counted as they are shown", (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });

  it("stand under each other, names to the left and numbers to the right", () => {
    const table = alignColumns(
      [
        ["label", "count"],
        ["組織", "12"],
        ["e\u0301lan", "3"],
      ],
      1,
    );
    expect(table.split("\n")).toEqual(["label  count", "組織      12", "e\u0301lan       3"]);
    const ends = table.split("\n").map(columnsOf);
    expect(new Set(ends).size).toBe(1);
  });
});
