import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { development } from "../../eval/development-suite.js";
import { zeroShot } from "../../eval/suites.js";
import { corpusFile, labelNaming } from "../../src/tuning/corpora/corpus.js";
import { missing, shared } from "../support/shared.js";
import { publishedCorpora } from "./published.js";

const folder = new URL("../../plans/label-names/", import.meta.url);
const sets = [...new Set(publishedCorpora.map(([path]) => setOf(path)))];

/** Sets that write one label in several ways; everywhere else two labels are two names. */
const spelledTwice: Readonly<Record<string, readonly string[]>> = {
  e_ner: ["location"],
  gliner_sample: [
    "device",
    "event",
    "holiday or event",
    "location",
    "measurement",
    "medical condition",
    "organization",
    "person",
    "phone number",
    "product",
    "time frame",
    "time period",
  ],
};

/** `programming language`, `role or job title`, `DNA`, `multi-tissue structure`: words, and capitals that are spoken. */
const plainWords = /^(?:[a-z]+(?:-[a-z]+)*|[A-Z]{2,}|pH)(?: (?:[a-z]+(?:-[a-z]+)*|[A-Z]{2,}))*$/;

function setOf(path: string): string {
  return path.split("/")[0] ?? path;
}

async function tableOf(set: string): Promise<Record<string, string>> {
  const text = await readFile(new URL(`${set}.yaml`, folder), "utf8");
  return z.record(z.string(), z.string()).parse(parse(text));
}

describe("label names", () => {
  it("stand there for every published set and for nothing else", async () => {
    const files = await readdir(folder);
    expect(files.sort()).toEqual(sets.map((set) => `${set}.yaml`).sort());
  });

  it.for(sets)("%s: words that a prompt can hold, one label each", async (set) => {
    const names = Object.values(await tableOf(set));
    expect(names.filter((name) => !plainWords.test(name))).toEqual([]);
    expect([...new Set(names.filter((name, i) => names.indexOf(name) < i))].sort()).toEqual(
      spelledTwice[set] ?? [],
    );
  });

  it.for(sets)("%s: every label of its files is in the table", { timeout: 60_000 }, async (set, { skip }) => {
    skip(missing(`data/${set}`));
    const table = await tableOf(set);
    const nameLabel = labelNaming(table);
    for (const [path, format] of publishedCorpora.filter(([path]) => setOf(path) === set)) {
      const named = await corpusFile(shared(`data/${path}`), format).collectLabels((label) => {
        if (table[label] === undefined) throw new Error(`${path}: no name for ${label}`);
        return nameLabel(label);
      });
      expect(named.length).toBeGreaterThan(0);
    }
  });

  it.for([...zeroShot.datasets, ...development.datasets])(
    "the suites name $name alike",
    async ({ file, labelNames }) => {
      expect(await tableOf(setOf(file))).toEqual(labelNames);
    },
  );
});
