import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wordTexts } from "../../src/core/document.js";
import { FormatError } from "../../src/core/errors.js";
import { buildDataset } from "../../src/tuning/build.js";
import type { ColumnFormat } from "../../src/tuning/corpora/column-format.js";
import { columnLabels, readColumns } from "../../src/tuning/corpora/columns.js";
import { plainLabels, plainSentences } from "../../src/tuning/corpora/plain-file.js";
import type { PlainFormat } from "../../src/tuning/corpora/plain-sentences.js";
import { isPlainFormat, PlainRun, PlainSentence } from "../../src/tuning/corpora/plain-sentences.js";
import type { Annotated } from "../../src/tuning/corpora/reader.js";
import { HeldOutTexts, heldOutTexts } from "../../src/tuning/held-out-texts.js";
import { Kernel } from "../../src/tuning/kernel/kernel.js";
import { readPlan } from "../../src/tuning/plan.js";
import { plannedRows } from "./planned-rows.js";
import { testFile, testFolder } from "./support.js";

/** Words and tags that files hold, and some that only hostile ones do. */
const word = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom("Ada", "left", "U.S.", "'s", '"', "\\", "#", "-", "a)b", "x".repeat(300)),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "(",
      "(O)",
      "Zoë",
      "東京",
      "👍🏽",
      "New York",
      "-DOCSTART-x",
      "\u0001",
      "\u007f",
    ),
  },
  fc.constantFrom("", " ", " Ada", "\u00a0", "\ufeffAda"),
);
const tag = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom("O", "O", "O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-a b", "B-café"),
  },
  fc.constantFrom("PER", "", "B-", "S-PER", "O ", "B-x)", "I-twin", "B-twin"),
);
const between = fc.constantFrom("\t", "\t", "\t", " ", "\tNN\t", "\té\t", "  \t");
const line = fc.oneof(
  { weight: 14, arbitrary: fc.tuple(word, between, tag).map((parts) => parts.join("")) },
  { weight: 4, arbitrary: fc.constant("") },
  fc.constantFrom(
    " ",
    "\t\t",
    "\r",
    "-DOCSTART- -X- O",
    "-DOCSTART-",
    "# id = 3",
    "# \u00e9",
    "#",
    "Ada",
    "\tO",
  ),
);
const lineEnd = fc.constantFrom("\n", "\n", "\n", "\r\n");
const tameLine = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom("Ada", "left", '"', "\\", "#", "Ada", "left", "lives", "Bo", "U.S.", "(", "Zoë"),
        fc.constantFrom("O", "O", "O", "O", "B-PER", "I-PER", "B-LOC"),
      )
      .map((columns) => columns.join("\t")),
  },
  fc.constantFrom("", "", "-DOCSTART- -X- O", "-DOCSTART- é", "# id = 3\tO"),
);
/** Half of the files are hostile: most of those have a fault. */
const lines = fc.oneof(
  fc.array(fc.tuple(line, lineEnd), { maxLength: 30 }),
  fc.array(fc.tuple(tameLine, fc.constant("\n")), { maxLength: 30 }),
);
const content = fc.tuple(lines, fc.boolean(), fc.boolean()).map(([parts, hasMark, isCut]) => {
  const text = parts.map((part) => part.join("")).join("");
  return `${hasMark ? "\ufeff" : ""}${isCut ? text.trimEnd() : text}`;
});
const format = fc.record({
  kind: fc.constant("columns" as const),
  wordColumn: fc.constant(0),
  tagColumn: fc.constant(-1),
  separator: fc.constantFrom("tab", "whitespace"),
  scheme: fc.constantFrom("bio" as const, "iob1" as const, "io" as const),
  comments: fc.boolean(),
  emptyWords: fc.constant("refuse" as const),
  oddTags: fc.constantFrom("refuse" as const, "outside" as const, "outside" as const),
});

/** What a reading gives, or the message of its fault. */
async function outcome<Found>(work: () => Promise<Found>): Promise<Found | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

interface Found {
  readonly words: readonly string[];
  readonly mentions: readonly string[];
}

async function byReader(file: string, columns: ColumnFormat): Promise<Found[]> {
  const found: Found[] = [];
  for await (const entry of readColumns(file, columns)) {
    if ("leftOut" in entry) continue;
    const mentions = entry.mentions.map(({ label, parts }) => spelled(label, parts[0]?.start, parts[0]?.end));
    found.push({ words: wordTexts({ id: "", ...entry }), mentions });
  }
  return found;
}

async function byBytes(file: string, plainFormat: PlainFormat): Promise<{ found: Found[]; plain: number }> {
  const names: string[] = [];
  const nameTag = (label: string) => (/[()]/.test(label) ? null : names.push(label) - 1);
  const found: Found[] = [];
  let plain = 0;
  const kernel = Kernel.take();
  try {
    for await (const block of plainSentences(kernel, file, plainFormat, nameTag, () => 1)) {
      for (const sentence of block) {
        if (sentence === null || sentence instanceof PlainRun) throw new Error("wanted one by one");
        if (sentence instanceof PlainSentence) {
          plain++;
          found.push(plainFound(sentence, names));
        } else {
          const mentions = sentence.mentions.map(({ label, parts }) =>
            spelled(label, parts[0]?.start, parts[0]?.end),
          );
          found.push({ words: wordTexts({ id: "", ...sentence }), mentions });
        }
      }
    }
  } finally {
    kernel.release();
  }
  return { found, plain };
}

function plainFound(sentence: PlainSentence, names: readonly string[]): Found {
  const words: string[] = [];
  const mentions: string[] = [];
  let open: { label: string; start: number } | null = null;
  const close = (end: number) => {
    if (open !== null) mentions.push(spelled(open.label, open.start, end));
    open = null;
  };
  for (let i = 0; i < sentence.words; i++) {
    words.push(sentence.word(i));
    const code = sentence.tag(i);
    if (code === 0 || (code & 1) === 1) close(i);
    if ((code & 1) === 1) open = { label: names[code >> 1] ?? "?", start: i };
  }
  close(sentence.words);
  return { words, mentions };
}

const spelled = (label: string, start = -1, end = -1) => `${label} ${start}-${end}`;

describe("sentences taken from bytes", () => {
  const columns: PlainFormat = {
    ...{ kind: "columns", wordColumn: 0, tagColumn: -1, separator: "tab" },
    ...{ scheme: "bio", comments: false, emptyWords: "refuse" },
  };

  it("are those that the reader of columns makes, with the same faults", async () => {
    let plain = 0;
    await fc.assert(
      fc.asyncProperty(content, format, async (text, columns) => {
        const file = await testFile("corpus.tsv", text);
        const expected = await outcome(() => byReader(file, columns));
        const found = await outcome(() => byBytes(file, columns));
        expect(typeof found === "string" ? found : found.found).toEqual(expected);
        if (typeof found !== "string") plain += found.plain;
      }),
      { numRuns: 1000 },
    );
    // Otherwise the property would speak of the reader alone.
    expect(plain).toBeGreaterThan(100);
  });

  it("give the labels that the reader of columns finds, with the same faults", async () => {
    await fc.assert(
      fc.asyncProperty(content, format, async (text, columns) => {
        const file = await testFile("corpus.tsv", text);
        const expected = await outcome(() => columnLabels(file, columns));
        expect(await outcome(() => plainLabels(file, columns))).toEqual(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it("are refused where a boundary is not UTF-8", async () => {
    for (const before of ["", "Ada\tB-PER\n", "Ada\tB-PER\n\n"]) {
      const bytes = Buffer.concat([Buffer.from(`${before}-DOCSTART- `), Buffer.from([0xff, 0x0a, 0x0a])]);
      const file = await testFile("corpus.tsv", bytes);
      const expected = await outcome(() => byReader(file, columns));
      expect(expected).toMatch(/UTF-8/);
      expect(await outcome(() => byBytes(file, columns))).toBe(expected);
      expect(await outcome(() => plainLabels(file, columns))).toBe(expected);
    }
  });

  it("go over the edges of blocks", async () => {
    const sentence = `${"Ada\tB-PER\nleft\tO\n".repeat(3000)}\n`;
    const file = await testFile("corpus.tsv", `${sentence.repeat(40)}end\tO`);
    const { found, plain } = await byBytes(file, columns);
    expect(plain).toBe(41);
    expect(found.map(({ words }) => words.length)).toEqual([...Array<number>(40).fill(6000), 1]);
    expect(found).toEqual(await byReader(file, columns));
  });

  it("are the same wherever a block is cut", async () => {
    const sentence = 'Ada\tB-PER\nLovelace\tI-PER\nsaid\tO\n"\tO\nhi\tO\n(\tO\nZoë\tB-PER\n\n';
    // The file is read in pieces of a power of two: a first word of every length moves what stands at their ends.
    for (let shift = 1; shift <= Buffer.byteLength(sentence) + 1; shift++) {
      const file = await testFile("corpus.tsv", `${"x".repeat(shift)}\tO\n\n${sentence.repeat(9000)}`);
      const { found } = await byBytes(file, columns);
      const expected = await byReader(file, columns);
      // Thousands of sentences: one at a time shows where the first difference is.
      expect(found.length).toBe(expected.length);
      const differs = found.findIndex((one, i) => JSON.stringify(one) !== JSON.stringify(expected[i]));
      expect({ shift, differs }).toEqual({ shift, differs: -1 });
      expect(await plainLabels(file, columns)).toEqual(await columnLabels(file, columns));
    }
  });

  it("are for one word a line, first, with its tag last", () => {
    expect(isPlainFormat(columns)).toBe(true);
    for (const other of [
      { tagColumn: 1 },
      { wordColumn: 1 },
      { separator: "csv" },
      { scheme: "bioes" as const },
      { emptyWords: "drop" as const },
      { indexColumn: 0 },
      { layers: true },
      { segmentDigit: true },
    ]) {
      expect(isPlainFormat({ ...columns, ...other }), JSON.stringify(other)).toBe(false);
    }
  });
});

describe("texts of a file that are kept out of training", () => {
  it("are those of the sentences that the reader of columns makes", async () => {
    let kept = 0;
    await fc.assert(
      fc.asyncProperty(content, format, async (text, columns) => {
        const file = await testFile("held.tsv", text);
        const expected = new HeldOutTexts();
        const entries: Annotated[] = [];
        const byReading = await outcome(async () => {
          for await (const entry of readColumns(file, columns))
            if (!("leftOut" in entry)) entries.push(entry);
        });
        for (const entry of entries) expected.add(entry);
        const folder = await testFolder();
        await writeFile(join(folder, "train.tsv"), "Ada\tO\n");
        const sets = "sets: [{ name: a, files: { train: train.tsv }, format: { kind: columns } }]";
        const held = `heldOut: { files: [{ file: ${file}, format: ${JSON.stringify(columns)} }] }`;
        await writeFile(join(folder, "plan.yaml"), `seed: 1\nform: t5\n${held}\n${sets}\n`);
        const plan = await readPlan(join(folder, "plan.yaml"));
        const found = await outcome(() => heldOutTexts(plan, [], undefined));
        if (typeof found === "string" || typeof byReading === "string") {
          expect(found).toBe(byReading);
          return;
        }
        expect(found.shared.count).toBe(expected.shared.count);
        expect(entries.every((entry) => found.has(entry))).toBe(true);
        kept += entries.length;
      }),
      { numRuns: 500 },
    );
    expect(kept).toBeGreaterThan(200);
  });
});

describe("rows written from bytes", () => {
  const settings = fc.record({
    form: fc.constantFrom("t5", "llama", "chat", "prompt-completion", "alpaca", "sharegpt", "gner"),
    style: fc.constantFrom("gner", "compact"),
    elseClass: fc.boolean(),
    datasetLine: fc.boolean(),
    sampling: fc.record({
      shuffle: fc.boolean(),
      absent: fc.constantFrom("all", 0, 1, { min: 0, max: 3 }),
      foreign: fc.constantFrom(0, 0, 1, { min: 0, max: 2 }),
    }),
    regularisation: fc.record({ emptyShare: fc.constantFrom(1, 0.5, 0) }),
    rows: fc.constantFrom(undefined, 3, 50),
    maxRows: fc.constantFrom(undefined, 4),
    // The key of draws is longer than a block of SHA-256 with the second, stamps than what is put by hand.
    name: fc.constantFrom("först", "a name that is quite long ".repeat(4).trim()),
    place: fc.constantFrom("LOC", "place where people live or stay for a while, ünd more than sixty bytes"),
  });
  const sentenceLine = fc
    .tuple(
      fc.constantFrom("Ada", "left", "U.S.", '"', "\\", "(", "Zoë", "a)b"),
      fc.constantFrom("O", "O", "B-PER", "B-LOC", "I-LOC", "B-old"),
    )
    .map((columns) => columns.join("\t"));
  const corpus = fc
    .array(fc.array(sentenceLine, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 12 })
    .map((sentences) => sentences.map((lines) => `${lines.join("\n")}\n\n`).join(""));

  it("escape what JSON escapes in sentences that are longer than a block", async () => {
    const special = 'a"b\tB-X\nc\\d\tI-X\n';
    const folder = await testFolder();
    // Packed files come in smaller blocks.
    const texts = [30_000, 3000].map((words) => {
      const long = Array.from({ length: words }, (_, i) => `w${String(i).padStart(7, "0")}\tO\n`).join("");
      return `${long}${special}\n${long}${special}br(a\tO\n\nend\tO\n`;
    });
    const [plain = "", small = ""] = texts;
    await writeFile(join(folder, "a.tsv"), plain);
    await writeFile(join(folder, "b.tsv.gz"), gzipSync(small));
    const format = { kind: "columns" };
    const sets = ["a.tsv", "b.tsv.gz"].map((train) => ({ name: train, files: { train }, format }));
    await writeFile(join(folder, "plan.yaml"), JSON.stringify({ seed: 1, form: "t5", sets }));
    const plan = await readPlan(join(folder, "plan.yaml"));
    await buildDataset(plan, join(folder, "out"));
    const made = await plannedRows(plan);
    const text = await readFile(join(folder, "out", "train.jsonl"), "utf8");
    const found = text.split("\n").slice(0, -1);
    expect(found.length).toBe(6);
    // Rows of hundreds of kilobytes are told apart by their number.
    const differs = found.findIndex((line, i) => {
      const row = made[i];
      return row === undefined || !("row" in row) || line !== JSON.stringify(row.row);
    });
    expect(differs).toBe(-1);
  });

  it("are those that are made of words", async () => {
    await fc.assert(
      fc.asyncProperty(
        corpus,
        corpus,
        settings,
        async (first, second, { rows, maxRows, name, place, ...keys }) => {
          const { style, elseClass, datasetLine, ...rest } = keys;
          const wording = style === "compact" ? {} : { elseClass, datasetLine };
          const folder = await testFolder();
          const write = (name: string, text: string) => writeFile(join(folder, name), text);
          await write("a.tsv", `Ada\tB-PER\n\n${first}`);
          await write("b.tsv", `x\tB-LOC\n\n${second}`);
          await write("held.tsv", second);
          const own = { labelNames: { old: "PER", LOC: place, 'a"b': "q" }, format: { kind: "columns" } };
          const drawn = { ...(rows && { rows, repeat: true }), ...(maxRows && { maxRows }) };
          const written = {
            ...{ seed: 5, ...rest, style, ...wording },
            heldOut: { files: [{ file: "held.tsv", format: { kind: "columns" } }] },
            sets: [
              { name, files: { train: "a.tsv", test: "b.tsv" }, ...own, ...drawn },
              { name: "second", files: { train: ["b.tsv", "a.tsv"] }, ...own, ...drawn },
            ],
          };
          await write("plan.yaml", JSON.stringify(written));
          const plan = await readPlan(join(folder, "plan.yaml"));
          const manifest = await buildDataset(plan, join(folder, "out"));
          for (const split of ["train", "test"] as const) {
            const made = await plannedRows(plan, split);
            const expected = made.flatMap((row) => ("row" in row ? [JSON.stringify(row.row)] : []));
            const text = await readFile(join(folder, "out", `${split}.jsonl`), "utf8");
            expect(text.split("\n").slice(0, -1)).toEqual(expected);
            expect(manifest.outputs[split]?.rows).toBe(expected.length);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
