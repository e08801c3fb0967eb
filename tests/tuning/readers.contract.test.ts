import { readdirSync, readlinkSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { partChars, wordTexts } from "../../src/core/document.js";
import { FormatError } from "../../src/core/errors.js";
import { corpusFile, labelNaming } from "../../src/tuning/corpora/corpus.js";
import { detectFormat } from "../../src/tuning/corpora/detect.js";
import type { CorpusExample } from "../../src/tuning/corpora/reader.js";
import { readerCases } from "./reader-cases.js";
import { readAll, testFile } from "./support.js";

function surfaces({ doc, gold }: CorpusExample): [string, string][] {
  return gold.map(({ label, parts }) => {
    const pieces = parts
      .map((part) => partChars(doc, part))
      .map(({ start, end }) => doc.text.slice(start, end));
    return [label, pieces.join(" ... ")];
  });
}

/** Files of this process that are open. */
function openFiles(): string[] {
  return readdirSync("/proc/self/fd").flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/self/fd/${descriptor}`)];
    } catch {
      // The folder was read through a descriptor that is closed by now.
      return [];
    }
  });
}

describe.each(readerCases)("$name", ({ format, head = "", body, cut, found }) => {
  const content = head + body;

  it("gives examples whose words, parts and ids hold together", async () => {
    const examples = await readAll(await testFile("corpus.txt", content), format);
    expect(examples.map(surfaces)).toEqual(found);
    expect(new Set(examples.map(({ doc }) => doc.id)).size).toBe(examples.length);
    for (const { doc, gold, labels, line } of examples) {
      expect(line).toBeGreaterThan(0);
      expect(wordTexts(doc).every((word) => word.trim() === word && word !== "")).toBe(true);
      for (const [i, { start, end }] of doc.words.entries()) {
        expect(start).toBeGreaterThanOrEqual(doc.words[i - 1]?.end ?? 0);
        expect(end).toBeLessThanOrEqual(doc.text.length);
      }
      for (const { label, parts } of gold) {
        expect(labels).toContain(label);
        expect(parts.every(({ start, end }) => start >= 0 && start < end && end <= doc.words.length)).toBe(
          true,
        );
      }
    }
  });

  it("reads CRLF and gzip alike", async () => {
    const plain = await readAll(await testFile("corpus.txt", content), format);
    const crlf = content.replaceAll("\n", "\r\n");
    expect(await readAll(await testFile("corpus.txt", crlf), format)).toEqual(plain);
    expect(await readAll(await testFile("corpus.txt.gz", gzipSync(content)), format)).toEqual(plain);
  });

  it("refuses bytes that are not UTF-8, with their line", async () => {
    const bytes = Buffer.concat([Buffer.from(content), Buffer.from([0xff])]);
    const fault = readAll(await testFile("corpus.txt", bytes), format);
    await expect(fault).rejects.toThrow(FormatError);
    await expect(fault).rejects.toThrow(`:${content.split("\n").length}: not UTF-8`);
  });

  it("refuses a file that breaks off, packed or not", async () => {
    const broken = content.trimEnd().slice(0, -cut);
    await expect(readAll(await testFile("corpus.txt", broken), format)).rejects.toThrow(FormatError);
    const packed = gzipSync(content);
    const half = packed.subarray(0, packed.length - 9);
    await expect(readAll(await testFile("corpus.gz", half), format)).rejects.toThrow(FormatError);
  });

  it("refuses an empty file", async () => {
    await expect(readAll(await testFile("corpus.txt", "\n"), format)).rejects.toThrow(FormatError);
  });

  it.skipIf(process.platform !== "linux")("closes its file when its reader stops", async () => {
    const separator = body.endsWith("]") ? "," : "";
    const long = head + Array(3000).fill(body.replace(/\]$/, "")).join(separator);
    const file = await testFile("corpus.txt", long);
    const settings = { idPrefix: "a", labels: ["PER", "LOC", "ORG"], nameLabel: labelNaming({}) };
    for await (const { doc } of corpusFile(file, format).examples(settings)) {
      expect(doc.id).toBe("a-0");
      expect(openFiles()).toContain(await realpath(file));
      break;
    }
    for (let tries = 0; tries < 50 && openFiles().includes(await realpath(file)); tries++) await wait(10);
    expect(openFiles()).not.toContain(await realpath(file));
  });

  it("is found by its looks", async () => {
    const file = await testFile("corpus.txt", content);
    expect((await detectFormat(file, format.kind)).format.kind).toBe(format.kind);
  });
});
