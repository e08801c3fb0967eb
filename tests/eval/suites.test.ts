import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadSuite, onlyDatasets } from "../../eval/load.js";
import { labelsOf, zeroShot } from "../../eval/suites.js";
import { FormatError, InputError } from "../../src/core/errors.js";
import { missing, shared } from "../support/shared.js";

const files = zeroShot.datasets.map(({ file }) => `data/${file}`);

describe("zero-shot suite", () => {
  it("names labels as words", () => {
    const labels = zeroShot.datasets.flatMap(labelsOf);
    for (const label of labels) expect(label).toMatch(/^[a-z]+( [a-z]+)*$/);
    expect(labels).toEqual(
      expect.arrayContaining([
        "programming language",
        "academic journal",
        "average ratings",
        "restaurant name",
      ]),
    );
  });

  it("has as many types a set as the paper says, no two written alike", () => {
    expect(zeroShot.datasets.map((set) => [set.name, labelsOf(set).length])).toEqual([
      ["crossner-ai", 14],
      ["crossner-literature", 12],
      ["crossner-music", 13],
      ["crossner-politics", 9],
      ["crossner-science", 17],
      ["mit-movie", 12],
      ["mit-restaurant", 8],
    ]);
    for (const set of zeroShot.datasets)
      expect(Object.keys(set.labelNames)).toHaveLength(labelsOf(set).length);
  });
});

describe.skipIf(missing(...files))("zero-shot files", () => {
  it("are read whole, each label of the table occurs and no other", async () => {
    const sets = await loadSuite(zeroShot, shared("data"));
    expect(sets.map(({ dataset, examples }) => [dataset, examples.length])).toEqual([
      ["crossner-ai", 431],
      ["crossner-literature", 416],
      ["crossner-music", 465],
      ["crossner-politics", 651],
      ["crossner-science", 543],
      ["mit-movie", 2443],
      ["mit-restaurant", 1521],
    ]);
    const mentions = sets.map(({ examples }) => examples.reduce((sum, { gold }) => sum + gold.length, 0));
    expect(mentions).toEqual([1809, 2266, 3336, 4209, 3089, 5339, 3151]);
    for (const { labels, examples } of sets) {
      const seen = new Set(examples.flatMap(({ gold }) => gold.map(({ label }) => label)));
      expect([...seen].sort()).toEqual(labels);
    }
  });

  it("are cut to their first rows by a limit", async () => {
    const all = await loadSuite(zeroShot, shared("data"));
    const cut = await loadSuite(zeroShot, shared("data"), 3);
    expect(cut).toEqual(all.map((set) => ({ ...set, examples: set.examples.slice(0, 3) })));
  });
});

describe("some data sets of a suite", () => {
  it("are asked for by name, and come in its order", () => {
    const names = onlyDatasets(zeroShot, ["mit-restaurant", "crossner-ai"]).datasets.map(({ name }) => name);
    expect(names).toEqual(["crossner-ai", "mit-restaurant"]);
  });

  it("must be its own", () => {
    expect(() => onlyDatasets(zeroShot, ["mit-movie", "mit-movies"])).toThrow(
      'suite zero-shot has no data set "mit-movies": it has crossner-ai,',
    );
  });
});

describe("a folder that is not whole", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "gner-suite-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is refused with the names of all missing files", async () => {
    const loading = loadSuite(zeroShot, folder);
    await expect(loading).rejects.toThrow(InputError);
    await expect(loading).rejects.toThrow(
      /crossner_ai\/test\.txt.*crossner_science\/test\.txt.*mit_movie\/test\.bio.*mit_restaurant\/test\.bio/,
    );
  });

  it("is refused for a label that the table does not know, with file and line", async () => {
    const [dataset] = zeroShot.datasets;
    if (dataset === undefined) throw new RangeError("the suite is empty");
    mkdirSync(join(folder, dirname(dataset.file)));
    writeFileSync(join(folder, dataset.file), "Ada\tB-person\nwrote\tO\n\nit\tB-castle\n");
    const loading = loadSuite({ name: "one", datasets: [dataset] }, folder);
    await expect(loading).rejects.toThrow(FormatError);
    await expect(loading).rejects.toThrow(/test\.txt:4: .*castle/);
  });

  it.skipIf(missing("data/mit_movie/test.bio"))("names just the file that lacks", async () => {
    const movie = zeroShot.datasets.filter(({ name }) => name === "mit-movie" || name === "mit-restaurant");
    cpSync(shared("data/mit_movie/test.bio"), join(folder, "mit_movie/test.bio"));
    await expect(loadSuite({ name: "mit", datasets: movie }, folder)).rejects.toThrow(
      `suite mit: there is no mit_restaurant/test.bio in ${folder}`,
    );
  });
});
