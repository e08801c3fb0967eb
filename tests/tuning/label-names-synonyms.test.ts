import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { missing, shared } from "../support/shared.js";
import { openTypes } from "./published.js";
import { readAll } from "./support.js";

const plans = new URL("../../plans/", import.meta.url);

async function readYaml<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  return schema.parse(parse(await readFile(new URL(path, plans), "utf8")));
}

const phrases = z.array(z.string()).min(1);
const wordings = z.union([
  phrases.transform((names) => ({ names, descriptions: [] as string[] })),
  z.strictObject({ names: phrases, descriptions: phrases }),
]);

const synonyms = new Map(
  Object.entries(await readYaml("synonyms.yaml", z.record(z.string(), wordings))).map(
    ([label, { names, descriptions }]) => [label, [...names, ...descriptions]],
  ),
);
const tables = await Promise.all(
  (await readdir(new URL("label-names/", plans))).map(async (file) => {
    const table = await readYaml(`label-names/${file}`, z.record(z.string(), z.string()));
    return { file, names: new Set(Object.values(table)) };
  }),
);
/** Sets with hundreds of types hold many that mean nearly the same: their types are each other's synonyms already. */
const smallTables = tables.filter(({ names }) => names.size < 100);

describe("label synonyms", () => {
  it.skipIf(missing("data/open_types"))("are of names in a table, or of open types", async () => {
    const known = new Set(tables.flatMap(({ names }) => [...names]));
    for (const path of openTypes.paths) {
      for (const { gold } of await readAll(shared(`data/${path}`), openTypes.format)) {
        for (const { label } of gold) known.add(label);
      }
    }
    expect([...synonyms.keys()].filter((label) => !known.has(label))).toEqual([]);
  });

  it.for([...synonyms])("%s: two to eight, in up to six plain words each", ([label, others]) => {
    expect(others.length).toBeGreaterThanOrEqual(2);
    expect(others.length).toBeLessThanOrEqual(8);
    expect(new Set([label, ...others]).size).toBe(others.length + 1);
    for (const name of others) {
      expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*(?: [a-z]+(?:-[a-z]+)*){0,5}$/);
    }
  });

  it.for(smallTables)("$file: none is the name or a synonym of another label of the set", ({ names }) => {
    const meanings = new Map<string, string>();
    for (const label of names) {
      for (const name of [label, ...(synonyms.get(label) ?? [])]) {
        expect(`${name}: ${meanings.get(name) ?? label}`).toBe(`${name}: ${label}`);
        meanings.set(name, label);
      }
    }
  });
});
