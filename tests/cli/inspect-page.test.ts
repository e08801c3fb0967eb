import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { datasetCommand } from "../../src/cli/dataset.js";
import { binName, binsOf } from "../../src/cli/inspect-bins.js";
import { namedCounts } from "../../src/cli/inspect-counts.js";
import { inspectionPage } from "../../src/cli/inspect-page.js";
import { InputError } from "../../src/core/errors.js";
import type { Inspection } from "../../src/tuning/inspect/inspection.js";
import { inspectCorpus } from "../../src/tuning/inspect.js";
import { testFile, testFolder } from "../tuning/support.js";
import type { PageElement } from "./well-formed.js";
import { elementsOf, parsePage, textOf } from "./well-formed.js";

afterEach(() => {
  vi.restoreAllMocks();
});

interface Row {
  readonly words: readonly string[];
  readonly mentions: readonly (readonly [number, number, string])[];
}

/** Inspects a corpus of rows; mentions are of words, both ends included. */
async function inspectRows(rows: readonly Row[]): Promise<Inspection> {
  const corpus = rows.map(({ words, mentions }) => ({ tokenized_text: words, ner: mentions }));
  return inspectCorpus(await testFile("a.json", JSON.stringify(corpus)), { kind: "gliner" });
}

function named(root: PageElement, name: string): PageElement[] {
  return elementsOf(root).filter((element) => element.name === name);
}

/** The first element of a name that has an element with this text right in it. */
function holding(root: PageElement, name: string, text: string): PageElement {
  const found = named(root, name).find(({ children }) =>
    children.some((child) => typeof child !== "string" && textOf(child).startsWith(text)),
  );
  if (found === undefined) throw new Error(`no <${name}> with ${text}`);
  return found;
}

/** The cells of the rows of the first table in an element: numbers as numbers. */
function tableIn(root: PageElement): (string | number)[][] {
  const [body] = named(root, "tbody");
  if (body === undefined) throw new Error("no table");
  return named(body, "tr").map((row) =>
    elementsOf(row)
      .filter(({ name }) => name === "th" || name === "td")
      .map((cell) => numbersIn(cell)[0] ?? textOf(cell)),
  );
}

function numbersIn(root: PageElement): number[] {
  return named(root, "data").map((element) => {
    const value = Number(element.attributes.get("value"));
    expect(textOf(element)).toBe(value.toLocaleString("en"));
    return value;
  });
}

const nested: Row[] = [
  {
    words: ["Ada", "Lane", "of", "Bonn", "Hall", "sings"],
    mentions: [
      [0, 1, "person"],
      [3, 3, "city"],
      [3, 4, "place"],
    ],
  },
  { words: ["rain", "in", "Bonn"], mentions: [[2, 2, "city"]] },
  { words: ["rain", "in", "Bonn"], mentions: [[2, 2, "place"]] },
  { words: ["rain"], mentions: [] },
  {
    words: ["Ida", "and", "Bonn"],
    mentions: [
      [0, 0, "person"],
      [2, 2, "city"],
    ],
  },
];

describe("the page of an inspection", () => {
  it("has the numbers of the inspection", async () => {
    const inspection = await inspectRows(nested);
    const page = parsePage(await inspectionPage("a.json", inspection));
    const counts = named(holding(page, "dl", "sentences"), "div").map(numbersIn);
    expect(counts).toEqual(
      namedCounts(inspection).map(({ count, parts }) => [count, ...parts.map(([, of]) => of)]),
    );
    expect(tableIn(holding(page, "section", "Labels"))).toEqual([
      ["city", 3, "42.9 %"],
      ["person", 2, "28.6 %"],
      ["place", 2, "28.6 %"],
    ]);
    expect(tableIn(holding(page, "section", "Lengths"))).toEqual([
      ["sentence", ...Object.values(inspection.lengths.sentences ?? {})],
      ["mention", ...Object.values(inspection.lengths.entities ?? {})],
    ]);
    expect(tableIn(holding(page, "figure", "Words per sentence"))).toEqual([
      ["1", 1],
      ["2", 0],
      ["3", 3],
      ["4", 0],
      ["5", 0],
      ["6", 1],
    ]);
    expect(tableIn(holding(page, "figure", "Mentions per sentence"))).toEqual([
      ["0", 1],
      ["1", 2],
      ["2", 1],
      ["3", 1],
    ]);
    expect(tableIn(holding(page, "figure", "Words per mention, by label"))).toEqual(
      Object.entries(inspection.lengths.labels).map(([label, of]) => [label, ...Object.values(of)]),
    );
    expect(tableIn(holding(page, "figure", "Mentions that are not flat"))).toEqual([
      ["nested", 1],
      ["overlapping", 0],
      ["discontinuous", 0],
      ["repeated", 0],
    ]);
    expect(textOf(holding(page, "section", "Lengths"))).toContain(
      "1 of 5 sentences (20.0 %) have no mention.",
    );
    const suspicious = holding(page, "section", "Suspicious rows");
    expect(named(suspicious, "summary").map(textOf)).toEqual([
      "Texts that come again with other entities: 1",
      "The same words with different labels: 1",
    ]);
    expect(named(suspicious, "mark").map(textOf)).toEqual(["Bonn"]);
  });

  it("draws the numbers of its tables, with a title and a description", async () => {
    const page = parsePage(await inspectionPage("a.json", await inspectRows(nested)));
    const drawings = named(page, "svg");
    expect(drawings).toHaveLength(5);
    for (const drawing of drawings) {
      const [title, description] = (drawing.attributes.get("aria-labelledby") ?? "").split(" ");
      const texts = elementsOf(drawing).filter(({ attributes }) => attributes.has("id"));
      expect(texts.map(({ name, attributes }) => [name, attributes.get("id")])).toEqual([
        ["title", title],
        ["desc", description],
      ]);
      expect(texts.every((element) => textOf(element).length > 10)).toBe(true);
    }
    const ids = elementsOf(page).flatMap(({ attributes }) => attributes.get("id") ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const [labels] = drawings;
    expect(labels && named(labels, "text").map(textOf)).toEqual(
      expect.arrayContaining(["city", "person", "place", "3", "2", "2"]),
    );
    expect(labels && barsOf(labels)).toHaveLength(3);
  });

  it("is one file without script that loads nothing, whatever the corpus says", async () => {
    const hostile = [
      "<script>alert(1)</script>",
      "<img src=x onerror=alert(1)>",
      "</title></style></svg>",
      "\"' onload='x' \"",
      "]]>",
      "<!--",
      "&lt;b&gt; & &",
      "http://example.org/x.js",
      "javascript:alert(1)",
      "url(x)",
      "__proto__",
      "constructor",
      "{{7*7}} $datum{x} datum.x",
      "عنوان",
      "👩‍👩‍👧 🎉",
      "漢字のラベル",
      "\u202eover",
      "nul\u0000bel\u0007del\u007f",
      "\ufffe \ud800",
      "x".repeat(200),
      `${"x".repeat(200)}y`,
      "two\nlines",
    ];
    const rows = hostile.map((_, i) => {
      const words = hostile.map((_, k) => hostile[(i + k) % hostile.length] ?? "").filter((_, k) => k < 5);
      return {
        words,
        mentions: [
          [0, 0, hostile[i] ?? ""],
          [1, 2, hostile[(i * 7) % hostile.length] ?? ""],
        ] as const,
      };
    });
    const inspection = await inspectRows(rows);
    const page = parsePage(await inspectionPage('<b>&"a.json', inspection));
    const elements = elementsOf(page);
    const known =
      "bdi blockquote body data dd desc details div dl dt figcaption figure g h1 h2 head header html li line main mark " +
      "meta p path section span style summary svg table tbody td text th thead title tr ul";
    for (const { name, attributes } of elements) {
      expect(known.split(" ")).toContain(name);
      for (const [attribute, value] of attributes) {
        expect(attribute).not.toMatch(/^on|href|src|xmlns|style$/i);
        expect(value).not.toMatch(/https?:|javascript:|url\(|alert/i);
      }
    }
    expect(named(page, "style").map(textOf).join("")).not.toMatch(/@import|url\(|http/);
    expect(named(page, "meta").map(({ attributes }) => attributes.get("content"))).toContain(
      "default-src 'none'; style-src 'unsafe-inline'",
    );
    const shown = tableIn(holding(page, "section", "Labels")).map(([label]) => label);
    const clean = (text: string) =>
      text.replace(/[\p{Cc}\p{Cs}\u202e\ufffe]/gu, (bad) => (bad === "\n" ? bad : "\ufffd"));
    expect(shown).toEqual(expect.arrayContaining(Object.keys(inspection.labels).map(clean)));
    expect(textOf(named(page, "h1")[0] ?? page)).toBe('<b>&"a.json');
    const [drawing] = named(page, "svg");
    expect(drawing && barsOf(drawing)).toHaveLength(Object.keys(inspection.labels).length);
  });

  it("is well-formed for any text", async () => {
    const markup = fc.constantFrom(
      "<",
      ">",
      "&",
      '"',
      "'",
      "/",
      "p",
      ";",
      "\u0000",
      "\u000b",
      "\ud800",
      "\udc00",
    );
    const unit = fc.oneof(markup, fc.string({ unit: "binary", minLength: 1, maxLength: 1 }));
    const word = fc.string({ unit, minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== "");
    const row = fc.tuple(fc.array(word, { minLength: 1, maxLength: 5 }), word, word);
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 6 }), async (rows) => {
        const mentions = (label: string, other: string) =>
          [
            [0, 0, label],
            [0, 0, other],
          ] as const;
        const inspection = await inspectRows(
          rows.map(([words, a, b]) => ({ words, mentions: mentions(a, b) })),
        );
        expect(named(parsePage(await inspectionPage("a", inspection)), "svg").length).toBeGreaterThan(3);
      }),
      { numRuns: 6 },
    );
  });

  it("draws the most frequent of many labels, and lists the others", async () => {
    const rows = Array.from({ length: 70 }, (_, i) => ({
      words: Array.from({ length: 71 - i }, (_, k) => `w${k}`),
      mentions: Array.from({ length: 71 - i }, (_, k) => [k, k, `${i} kind`] as const),
    }));
    const page = parsePage(await inspectionPage("a", await inspectRows(rows)));
    const labels = holding(page, "section", "Labels");
    expect(textOf(labels)).toContain("Mentions of the 60 most frequent labels");
    const [drawing] = named(labels, "svg");
    expect(drawing && barsOf(drawing)).toHaveLength(60);
    expect(tableIn(labels).map(([label, count]) => [label, count])).toEqual(
      Array.from({ length: 70 }, (_, i) => [`${i} kind`, 71 - i]),
    );
  });

  it("says so where there is nothing to plot", async () => {
    const page = parsePage(await inspectionPage("a", await inspectRows([{ words: ["rain"], mentions: [] }])));
    expect(named(page, "h2").map(textOf)).toEqual(["Lengths", "Suspicious rows"]);
    expect(textOf(page)).toContain("Nothing is suspicious.");
  });

  it("caps its lists and says how many more there are", async () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({
      words: [`w${i}`, ","],
      mentions: [[0, 1, "x"]] as const,
    }));
    const page = parsePage(await inspectionPage("a", await inspectRows(rows)));
    expect(named(holding(page, "section", "Suspicious rows"), "li")).toHaveLength(50);
    expect(textOf(page)).toContain("And 10 more.");
  });
});

/** The bars of a drawing. */
function barsOf(drawing: PageElement): PageElement[] {
  return elementsOf(drawing).filter(({ attributes }) => attributes.get("fill") === "var(--bar)");
}

describe("binsOf", () => {
  it("loses nothing and overlaps nowhere", () => {
    const histogram = fc.dictionary(
      fc.oneof(fc.nat({ max: 30 }), fc.nat({ max: 5000 })).map(String),
      fc.integer({ min: 1, max: 1000 }),
      { minKeys: 1 },
    );
    fc.assert(
      fc.property(histogram, (counts) => {
        const bins = binsOf(counts);
        expect(bins.length).toBeLessThanOrEqual(26);
        for (const { start, end, count } of bins) {
          const inside = Object.entries(counts).filter(
            ([key]) => Number(key) >= start && Number(key) <= (end ?? Number.POSITIVE_INFINITY),
          );
          expect(count).toBe(inside.reduce((sum, [, of]) => sum + of, 0));
        }
        const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
        expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(total);
      }),
    );
  });

  it("names bins by what is in them", () => {
    expect(binsOf({ 0: 5, 1: 5, 2: 3 }).map(binName)).toEqual(["0", "1", "2"]);
    expect(binsOf({ 1: 990, 7: 9, 500: 1 }).map(binName)).toEqual(["1", ">1"]);
    expect(binsOf({ 30: 5 }).map(binName).slice(0, 2)).toEqual(["1–2", "3–4"]);
    expect(binsOf({ 0: 4 }).map(binName)).toEqual(["0"]);
  });
});

describe("gner dataset inspect --html", () => {
  /** Runs the command; gives what it printed. */
  async function run(args: readonly string[]): Promise<string> {
    let stdout = "";
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      stdout += String(text);
      return true;
    });
    await datasetCommand({ signal: new AbortController().signal }).parseAsync(["inspect", ...args], {
      from: "user",
    });
    return stdout;
  }

  it("writes the page of what it prints", async () => {
    const file = await testFile("a.tsv", "Ada\tB-PER\n,\tI-PER\n\nrain\tO\n");
    const page = join(await testFolder(), "page.html");
    const table = await run([file]);
    expect(await run([file, "--html", page])).toBe(table);
    const inspection: Inspection = JSON.parse(await run([file, "--json"]));
    expect(await readFile(page, "utf8")).toBe(await inspectionPage("a.tsv", inspection));
  });

  it("replaces a page only when told to, and none by a failure", async () => {
    const file = await testFile("a.tsv", "Ada\tB-PER\n");
    const folder = await testFolder();
    const page = join(folder, "page.html");
    await writeFile(page, "mine");
    await expect(run([file, "--html", page])).rejects.toThrow(/is there already/);
    await expect(
      run([await testFile("b.tsv", "\n"), "--format", "columns", "--html", page, "--overwrite"]),
    ).rejects.toThrow();
    expect(await readFile(page, "utf8")).toBe("mine");
    await run([file, "--html", page, "--overwrite"]);
    expect(await readFile(page, "utf8")).toContain("<svg");
    const link = join(folder, "link");
    await symlink(file, link);
    for (const same of [file, link]) {
      await expect(run([file, "--html", same, "--overwrite"])).rejects.toThrow(/is the corpus/);
    }
    expect(await readFile(file, "utf8")).toBe("Ada\tB-PER\n");
    await expect(run([file, "--html", join(folder, "none", "page.html")])).rejects.toThrow(InputError);
    await mkdir(join(folder, "dir"));
    await expect(run([file, "--html", join(folder, "dir"), "--overwrite"])).rejects.toThrow(/is a folder/);
  });
});

describe("gner dataset inspect of a built data set", () => {
  it("says where its counts are", async () => {
    const folder = await testFolder();
    await writeFile(join(folder, "manifest.json"), "{}");
    const { signal } = new AbortController();
    const inspecting = datasetCommand({ signal }).parseAsync(["inspect", folder], { from: "user" });
    await expect(inspecting).rejects.toThrow(/is a data set that was built: its manifest.json/);
  });
});

describe("parsePage", () => {
  it.each([
    "<p>",
    "<p></b>",
    "<p>a < b</p>",
    "<p>&nbsp;</p>",
    "<p a=b></p>",
    '<p a="<"></p>',
    "<p/><p/>",
    "<p>\u0000</p>",
    "</p>",
    "<p>&</p>",
    '<p a="1" a="2"/>',
  ])("refuses %j", (page) => {
    expect(() => parsePage(page)).toThrow();
  });
});
