import { describe, expect, it } from "vitest";
import { markdownReport, textReport } from "../../eval/report.js";
import type { EvalResult } from "../../eval/run.js";

const scores = { precision: 0.5, recall: 0.25, f1: 1 / 3 };
const result: EvalResult = {
  datasets: [
    {
      dataset: "first",
      sentences: 10,
      paper: scores,
      strict: { precision: 1, recall: 1, f1: 1 },
      paperUndefined: null,
      labels: [],
      notes: { "lost-words": 3, windows: 1 },
      errors: [{ id: "first-7", message: "too long" }],
      seconds: 1.24,
    },
    {
      dataset: "second-longer",
      sentences: 5,
      paper: null,
      strict: scores,
      paperUndefined: "second-0: BIO cannot hold overlapping mentions",
      labels: [],
      notes: {},
      errors: [],
      seconds: 0,
    },
  ],
  average: { paper: null, strict: 2 / 3 },
  calibration: { entities: 120, error: 0.2345, temperature: 1.8, errorAtTemperature: 0.04 },
};

describe("textReport", () => {
  it("aligns its columns, in percent", () => {
    const [header, first, second, average, ...rest] = textReport(result).split("\n");
    expect(header).toBe("data set       sentences  paper P      R     F1  strict P       R      F1  seconds");
    expect(first).toBe("first                 10    50.00  25.00  33.33    100.00  100.00  100.00      1.2");
    expect(second).toBe("second-longer          5        -      -      -     50.00   25.00   33.33      0.0");
    expect(average).toBe(
      "average               15                      -                     66.67      1.2",
    );
    expect(rest).toEqual([
      "first: 1 of 10 sentences failed and count as empty; first first-7: too long",
      "first: notes: lost-words 3, windows 1",
      "second-longer: no paper score, second-0: BIO cannot hold overlapping mentions",
      "scores: expected calibration error 0.234 over 120 entities; 0.040 at temperature 1.8",
      "",
    ]);
  });
});

describe("markdownReport", () => {
  it("gives every row the same columns", () => {
    const [header, rule, ...lines] = markdownReport(result).split("\n");
    const rows = lines.filter((line) => line.startsWith("|"));
    expect(rows).toHaveLength(3);
    const cells = (line: string | undefined) => line?.split("|").length;
    for (const row of [rule, ...rows]) expect(cells(row)).toBe(cells(header));
    expect(rows[0]).toBe("| first | 10 | 50.00 | 25.00 | 33.33 | 100.00 | 100.00 | 100.00 | 1.2 |");
    expect(lines).toContain("- first: notes: lost-words 3, windows 1");
  });
});
