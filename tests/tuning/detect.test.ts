import { describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { detectFormat } from "../../src/tuning/corpora/detect.js";
import type { CorpusFormat } from "../../src/tuning/corpora/formats.js";
import { missing, shared } from "../support/shared.js";
import { openTypes, publishedCorpora } from "./published.js";
import { testFile, testFolder } from "./support.js";

/** Settings for single faults far into a file do not show at its beginning. */
function shownAtStart(format: CorpusFormat): CorpusFormat {
  if (format.kind !== "columns") return format;
  const emptyWords = format.emptyWords === "boundary" ? "boundary" : "refuse";
  return { ...format, emptyWords, oddTags: "refuse" };
}

describe("formats of published corpora are found", () => {
  const all = [
    ...publishedCorpora.map(([path, format]) => [path, format] as const),
    ...openTypes.paths.map((path) => [path, openTypes.format] as const),
  ];
  it.for(all)("%s", async ([path, format], { skip }) => {
    skip(missing(`data/${path}`));
    const found = await detectFormat(shared(`data/${path}`));
    expect(shownAtStart(found.format)).toEqual(shownAtStart(format));
    expect(found.reason).not.toBe("");
  });
});

describe("detection", () => {
  it("refuses files that fit several formats, with all of them", async () => {
    const empty = await testFile("a.jsonl", '{"text":"Ada sings","label":[]}\n{"text":"so","label":[]}\n');
    const fault = detectFormat(empty);
    await expect(fault).rejects.toThrow(InputError);
    await expect(fault).rejects.toThrow(/in several formats[\s\S]*doccano: [\s\S]*label-studio: /);
    const twice = await testFile("a.tsv", "Ada\tB-PER\tB-PER\nsings\tO\tO\nBonn\tB-LOC\tO\n");
    await expect(detectFormat(twice)).rejects.toThrow(
      /several formats[\s\S]*tagColumn: 1[\s\S]*tagColumn: -1/,
    );
  });

  it("refuses files of no format and files of another kind than asked for", async () => {
    const prose = await testFile("a.txt", "Nobody has put a tag on this line.\nNor on this one.\n");
    await expect(detectFormat(prose)).rejects.toThrow(/no format that is known/);
    await expect(detectFormat(await testFile("b.txt", "\n\n"))).rejects.toThrow(/holds no text/);
    const tagged = await testFile("c.tsv", "Ada\tB-PER\nsings\tO\n");
    await expect(detectFormat(tagged, "span-csv")).rejects.toThrow(
      /does not look like span-csv\n {2}\{ kind: columns/,
    );
    await expect(detectFormat(`${await testFolder()}/none`)).rejects.toThrow(InputError);
  });

  it("takes the kind that is asked for, and finds its settings", async () => {
    const tagged = await testFile("c.tsv", "Ada\tS-PER\nsings\tO\n");
    expect((await detectFormat(tagged, "gliner")).format).toEqual({ kind: "gliner" });
    expect((await detectFormat(tagged, "columns")).format).toMatchObject({ scheme: "bioes", wordColumn: 0 });
  });

  it("tells tags from text of a bracket at the start", async () => {
    const columns = await testFile("a.tsv", "[\tO\nAda\tB-PER\n]\tO\n");
    expect((await detectFormat(columns)).format.kind).toBe("columns");
    const open = await testFile("a.txt", "[Ada](singer) sings . ## absent: city\n");
    expect((await detectFormat(open)).format).toEqual({ kind: "open-types" });
  });
});
