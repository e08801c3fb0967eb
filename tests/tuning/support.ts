import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { CorpusFormat } from "../../src/tuning/corpora/corpus.js";
import { corpusFile, labelNaming } from "../../src/tuning/corpora/corpus.js";
import type { CorpusExample } from "../../src/tuning/corpora/reader.js";

/** A folder for one test, removed when the test is done. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gner-tuning-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A file of its own folder; gives its path. */
export async function testFile(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(await testFolder(), name);
  await writeFile(path, content);
  return path;
}

/** A format of column files. */
export type ColumnCorpus = Extract<CorpusFormat, { kind: "columns" }>;

export const bioTsv: ColumnCorpus = {
  kind: "columns",
  wordColumn: 0,
  tagColumn: -1,
  separator: "tab",
  scheme: "bio",
  comments: false,
  emptyWords: "refuse",
};

/** All examples of a file, with the labels that the file holds. */
export async function readAll(file: string, format: CorpusFormat = bioTsv): Promise<CorpusExample[]> {
  const corpus = corpusFile(file, format);
  const nameLabel = labelNaming({});
  const labels = await corpus.collectLabels(nameLabel);
  return gather(corpus.examples({ idPrefix: "set-train", labels, nameLabel }));
}

/** All that an iterable gives. */
export async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
