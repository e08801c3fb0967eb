import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Words } from "../../src/core/document.js";
import { documentOfWords } from "../../src/core/document.js";
import { FormatError } from "../../src/core/errors.js";
import { splitWords } from "../../src/core/words.js";
import type { CorpusFormat } from "../../src/tuning/corpora/formats.js";
import { readEntries } from "../../src/tuning/corpora/formats.js";
import type { Annotated, Reading } from "../../src/tuning/corpora/reader.js";
import { corpusWriter } from "../../src/tuning/writers/corpus-writer.js";
import type { Loss } from "../../src/tuning/writers/draft.js";
import { Draft, isGrave } from "../../src/tuning/writers/draft.js";
import { targetOf, writableKinds } from "../../src/tuning/writers/targets.js";
import { gather, testFolder } from "./support.js";
import { writerCases } from "./writers-cases.js";

/** Words with what formats trip over: emoji, marks, other scripts, separators, brackets, quotes, look-alikes of syntax. */
const word = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      "Ada",
      "Köln",
      "安娜",
      "🎉",
      "e\u0301te",
      "👩‍🚀",
      "in",
      "the",
      "Bonn",
      ".",
      "8:30",
      "'s",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '"',
      ",",
      ";",
      ":",
      "|",
      "||",
      "a|t|b",
      "[",
      "]",
      "[x",
      "(y)",
      "#",
      "O",
      "-DOCSTART-",
      "<=>",
      "##",
      "_",
      "\ufeffx",
      "\u200b",
      "a\u00a0b",
      "New York",
      "a\tb",
      "T1",
      "id=3",
      "\\",
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }) },
);
const gap = fc.oneof(
  { weight: 8, arbitrary: fc.constant(" ") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("", "  ", "\n", "\r\n", "\n\n", "\t", "\r", "\u2028", " ## absent: "),
  },
);
const label = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("PER", "LOC", "programming language", "B-x", "Straße") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("a:b", "a,b", "O", "x]y", "(z)", "a\tb", "a\nb", " c ", "🎉", "a|b", '"q"'),
  },
);

const name = fc.option(fc.constantFrom("a", "b-2", "x y", "1", "a|b", "c/d", "(e)"), {
  nil: undefined,
  freq: 2,
});

interface Shape {
  readonly words: readonly string[];
  readonly gaps: readonly string[];
  readonly mentions: readonly { readonly label: string; readonly cuts: readonly number[] }[];
  readonly absent: readonly string[];
  readonly sourceId: string | undefined;
  readonly document: string | undefined;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  words: fc.array(word, { maxLength: 9 }),
  gaps: fc.array(gap, { minLength: 10, maxLength: 10 }),
  mentions: fc.array(
    fc.record({
      label,
      cuts: fc.oneof(fc.tuple(fc.nat(9), fc.nat(9)), fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9))),
    }),
    { maxLength: 4 },
  ),
  absent: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.uniqueArray(label, { maxLength: 2 })),
  sourceId: name,
  document: name,
});

/** A document of the words as they are, or of a text that is cut as texts are. */
function documentOf(
  { words, gaps, mentions, absent, sourceId, document }: Shape,
  isText: boolean,
): Annotated {
  const stripped = words.map((text) => text.trim()).filter((text) => text !== "");
  const text = stripped.map((part, i) => (i === 0 ? part : (gaps[i] ?? " ") + part)).join("");
  const doc = isText ? { text, words: splitWords(text) } : documentOfWords("", stripped);
  return {
    line: 1,
    text: doc.text,
    words: doc.words,
    mentions: mentions.flatMap(({ label, cuts }) => {
      const parts = partsOf(cuts, doc.words.length);
      return parts.length === 0 ? [] : [{ label, parts }];
    }),
    ...(absent.length === 0 ? {} : { absent }),
    ...(sourceId === undefined ? {} : { sourceId }),
    ...(document === undefined ? {} : { document }),
  };
}

/** Sorted parts with at least a word between them. */
function partsOf(cuts: readonly number[], words: number): Words[] {
  const sorted = [...new Set(cuts.map((cut) => Math.min(cut, words)))].sort((a, b) => a - b);
  const parts: Words[] = [];
  for (let i = 0; i + 1 < sorted.length; i += 2) {
    const [start = 0, end = 0] = sorted.slice(i, i + 2);
    if (end > start) parts.push({ start, end });
  }
  return parts;
}

/** Writes documents one by one as the conversion does, accepting all losses; gives what a reader finds. */
async function writeAndRead(format: CorpusFormat, documents: readonly Annotated[]) {
  const path = join(await testFolder(), "corpus");
  const writer = await corpusWriter(targetOf(format, ["PER", "LOC"]), path, false);
  const drafts: { readonly draft: Draft; readonly isWritten: boolean }[] = [];
  for (const [i, doc] of documents.entries()) {
    const draft = new Draft(doc, i);
    drafts.push({ draft, isWritten: await writer.write(draft, () => {}) });
  }
  await writer.publish();
  const found = await gather(readEntries(path, format)).catch((error: unknown) => {
    if (error instanceof FormatError) return [error.message];
    throw error;
  });
  return { drafts, found };
}

/** Text and mentions by what stands in the text, in an order that formats do not give. */
function contentOf({ text, words, mentions }: Annotated) {
  const placed = mentions.map(({ label, parts }) =>
    JSON.stringify([label, ...parts.map(({ start, end }) => [words[start]?.start, words[end - 1]?.end])]),
  );
  return { text, mentions: placed.sort() };
}

function examplesOf(found: readonly (Reading | string)[]): Annotated[] {
  return found.flatMap((entry) => {
    if (typeof entry === "string" || "leftOut" in entry)
      throw new Error(`not read: ${JSON.stringify(entry)}`);
    return [entry];
  });
}

const lost = (losses: readonly Loss[], ...kinds: readonly Loss["kind"][]) =>
  losses.some(({ kind }) => kinds.includes(kind));

/** brat's documents have the order of their names, and names only where they can be names of files. */
const inOrder = (format: CorpusFormat, docs: readonly Annotated[]) =>
  format.kind === "brat" ? docs.map(({ sourceId: _, ...doc }) => doc) : docs;

describe.each(writerCases)("$name", ({ format, hasWords, nested, fragments, absent }) => {
  it("gives back what it wrote, and says what it could not", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(shape, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (shapes, isText) => {
          const documents = inOrder(
            format,
            shapes.map((one) => documentOf(one, isText)),
          );
          const { drafts, found } = await writeAndRead(format, documents);
          const written = drafts.filter(({ isWritten }) => isWritten).map(({ draft }) => draft);
          for (const { draft, isWritten } of drafts) {
            if (!isWritten) expect(draft.losses.some(isGrave)).toBe(true);
          }
          const read = examplesOf(found);
          expect(read.length).toBe(written.length);
          for (const [i, { doc, losses }] of written.entries()) {
            const got = read[i] ?? doc;
            const [before, after] = [contentOf(doc), contentOf(got)];
            if (!lost(losses, "text")) {
              expect(after.text).toBe(before.text);
              const dropped = losses.filter(({ kind }) =>
                /fragments|overlap|adjacent|label/.test(kind),
              ).length;
              if (!lost(losses, "places")) {
                expect(after.mentions.length).toBe(before.mentions.length - dropped);
                expect(before.mentions).toEqual(expect.arrayContaining(after.mentions));
              }
            } else if (!hasWords && after.text.length === before.text.length && !lost(losses, "places")) {
              // White space was written as spaces, one for one.
              expect(before.mentions).toEqual(expect.arrayContaining(after.mentions));
            } else expect(got.mentions.length).toBeLessThanOrEqual(doc.mentions.length);
            if (hasWords || !lost(losses, "words", "places")) {
              const wordsOf = ({ text, words }: Annotated) =>
                words.map(({ start, end }) => text.slice(start, end));
              if (!lost(losses, "text") || hasWords) expect(wordsOf(got)).toEqual(wordsOf(doc));
            }
            if (doc.sourceId !== undefined && !lost(losses, "id")) expect(got.sourceId).toBe(doc.sourceId);
            if (doc.document !== undefined && !lost(losses, "document"))
              expect(got.document).toBe(doc.document);
            if (!lost(losses, "absent")) expect(got.absent ?? []).toEqual(doc.absent ?? []);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  const plain = documentOfWords("", ["Ada", "Lane", "sings", "in", "🎉", "Köln", "."]);
  const make = (
    ...mentions: readonly (readonly [string, ...(readonly [number, number])[]])[]
  ): Annotated => ({
    line: 3,
    text: plain.text,
    words: plain.words,
    mentions: mentions.map(([label, ...parts]) => ({
      label,
      parts: parts.map(([start, end]) => ({ start, end })),
    })),
  });
  const lossesOf = async (doc: Annotated) => {
    const { drafts, found } = await writeAndRead(format, [doc]);
    const grave = drafts.flatMap(({ draft }) => draft.losses.filter(isGrave).map(({ kind }) => kind));
    return { grave, found: examplesOf(found).map(contentOf) };
  };

  it("holds a plain sentence without any loss", async () => {
    const doc = make(["PER", [0, 2]], ["LOC", [5, 6]]);
    expect(await lossesOf(doc)).toEqual({ grave: [], found: [contentOf(doc)] });
  });

  it("keeps mentions of one label apart that touch, or says that it does not", async () => {
    const doc = make(["PER", [0, 1]], ["PER", [1, 2]]);
    const isBare = format.kind === "columns" && format.scheme === "io";
    const { grave, found } = await lossesOf(doc);
    expect(grave).toEqual(isBare ? ["adjacent"] : []);
    if (!isBare) expect(found).toEqual([contentOf(doc)]);
  });

  it("holds nested and discontinuous mentions, or says that it does not", async () => {
    const inner = make(["PER", [0, 2]], ["LOC", [1, 2]]);
    expect((await lossesOf(inner)).grave).toEqual(nested ? [] : ["overlap"]);
    const split = make(["PER", [0, 1], [4, 6]]);
    expect((await lossesOf(split)).grave).toEqual(fragments ? [] : ["fragments"]);
  });

  it("holds absent types, or says that it does not", async () => {
    expect((await lossesOf({ ...make(["PER", [0, 2]]), absent: ["ORG"] })).grave).toEqual(
      absent ? [] : ["absent"],
    );
  });
});

it("every writable kind has a case", () => {
  expect([...new Set(writerCases.map(({ format }) => format.kind))].sort()).toEqual([...writableKinds]);
});
