import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../src/core/errors.js";
import { contentKey, Journal, type JournalMode } from "../../src/files/journal.js";
import { writeOutputFile } from "../../src/files/output-file.js";
import { rawLines } from "../../src/files/raw-lines.js";

let folder: string;
let out: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gner-files-"));
  out = join(folder, "out.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const modes: readonly JournalMode[] = ["fresh", "resume", "overwrite"];
const settings = { model: "builtin", labels: ["person", "city"] };

async function open(
  mode: JournalMode,
  given: Readonly<Record<string, unknown>> = settings,
): Promise<Journal> {
  const journal = await Journal.open(out, given, mode);
  if (journal === null) throw new Error("no journal");
  return journal;
}

describe("rawLines", () => {
  it("are those of the whole, however it is cut, and say where the last has no end", async () => {
    const piece = fc.stringMatching(/^[a\r\n\u00f6]*$/).map((text) => Buffer.from(text));
    const check = fc.asyncProperty(fc.array(piece), fc.nat(3), async (pieces, size) => {
      const whole = Buffer.concat(pieces);
      async function* chunks() {
        // Of one byte up, so that characters are cut, too.
        for (let at = 0; at < whole.length; at += size + 1) yield whole.subarray(at, at + size + 1);
      }
      const found = [];
      for await (const { bytes, ends } of rawLines(chunks())) found.push(`${bytes}${ends ? "\n" : ""}`);
      expect(found).toEqual(whole.toString().match(/[^\n]*\n|[^\n]+$/g) ?? []);
    });
    await fc.assert(check);
  });
});

describe("writeOutputFile", () => {
  it("gives a file its name when it is whole, and leaves nothing where it fails", async () => {
    writeFileSync(out, "old");
    const failing = writeOutputFile(out, async (output) => {
      await output.write("half");
      expect(readFileSync(out, "utf8")).toBe("old");
      throw new Error("stop");
    });
    await expect(failing).rejects.toThrow("stop");
    expect(readdirSync(folder)).toEqual(["out.jsonl"]);
    expect(readFileSync(out, "utf8")).toBe("old");
    await writeOutputFile(out, (output) => output.write("new"));
    expect(readFileSync(out, "utf8")).toBe("new");
    expect(readdirSync(folder)).toEqual(["out.jsonl"]);
  });

  it("leaves a user's files of other names alone", async () => {
    const others = [`${out}.part`, `${out}.tmp`];
    for (const other of others) writeFileSync(other, "mine");
    await writeOutputFile(out, (output) => output.write("new"));
    for (const other of others) expect(readFileSync(other, "utf8")).toBe("mine");
  });

  it("writes through links and to devices, and refuses folders and places that are not there", async () => {
    writeFileSync(join(folder, "real"), "old");
    symlinkSync(join(folder, "real"), out);
    await writeOutputFile(out, (output) => output.write("new"));
    expect(readFileSync(join(folder, "real"), "utf8")).toBe("new");
    expect(lstatSync(out).isSymbolicLink()).toBe(true);
    await writeOutputFile(devNull, (output) => output.write("gone"));
    expect(lstatSync(devNull).isFile()).toBe(false);
    const write = async () => {};
    await expect(writeOutputFile(folder, write)).rejects.toThrow(/it is a folder/);
    await expect(writeOutputFile(join(folder, "no/such"), write)).rejects.toThrow(
      /cannot be written \(ENOENT\)/,
    );
  });
});

describe("Journal", () => {
  it("keeps what was finished, in whatever order, and the last row of a key", async () => {
    const first = await open("fresh");
    await Promise.all(["a", "b", "c"].map((key) => first.add(key, { text: `é ${key}\n` })));
    await first.add("b", { text: "again" });
    expect(await first.keep()).toBe(true);
    const second = await open("resume");
    expect(second.rows).toBe(3);
    expect(await second.read("b")).toEqual({ text: "again" });
    expect(await second.read("c")).toEqual({ text: "é c\n" });
    expect(await second.read("d")).toBeNull();
    await second.add("d", 4);
    expect(await second.read("d")).toBe(4);
    expect(await second.readEarlier("d")).toBeNull();
    expect(await second.readEarlier("c")).toEqual({ text: "é c\n" });
    await second.remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("loses at most the last line, wherever the writer was killed", async () => {
    const whole = await open("fresh");
    const keys = ["one", "two", "three", "four"];
    for (const key of keys) await whole.add(key, { text: `${key} 😀` });
    await whole.keep();
    const bytes = readFileSync(`${out}.part`);
    const header = bytes.indexOf(0x0a) + 1;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: header, max: bytes.length }), async (cut) => {
        writeFileSync(`${out}.part`, bytes.subarray(0, cut));
        const finished = bytes.subarray(0, cut).toString("utf8").split("\n").length - 2;
        const journal = await open("resume");
        expect(journal.rows).toBe(finished);
        for (const key of keys.slice(finished)) await journal.add(key, { text: `${key} 😀` });
        await journal.keep();
        const again = await open("resume");
        for (const key of keys) expect(await again.read(key)).toEqual({ text: `${key} 😀` });
        await again.keep();
      }),
      { seed: 7, numRuns: 60 },
    );
  });

  it("refuses an earlier run without --resume, and one with other settings, naming them", async () => {
    const first = await open("fresh");
    await first.add("a", 1);
    await first.keep();
    await expect(open("fresh")).rejects.toThrow(/holds 1 finished rows.*--resume/);
    await expect(open("resume", { ...settings, labels: ["person"], beams: 4 })).rejects.toThrow(
      /labels was \["person","city"\], is \["person"\]; beams was not given, is 4/,
    );
    const again = await open("resume");
    expect(again.rows).toBe(1);
    await again.keep();
    const anew = await open("overwrite", { model: "other" });
    expect(anew.rows).toBe(0);
    await anew.keep();
  });

  it("begins anew where nothing was finished", async () => {
    const first = await open("fresh");
    // As a killed process leaves it.
    writeFileSync(`${out}.part`, readFileSync(`${out}.part`));
    const second = await open("fresh", { model: "other" });
    await second.add("a", 1);
    await second.keep();
    const third = await open("resume", { model: "other" });
    expect(third.rows).toBe(1);
    await third.remove();
    await first.keep();
    writeFileSync(`${out}.part`, "");
    await (await open("resume")).remove();
  });

  it.each([["my notes\n"], ['{"settings":{}}\n'], ["\n"]])(
    "never touches a file of its name that is none of its own: %j",
    async (content) => {
      writeFileSync(`${out}.part`, content);
      for (const mode of modes) await expect(open(mode)).rejects.toThrow(/is in the way/);
      expect(readFileSync(`${out}.part`, "utf8")).toBe(content);
      rmSync(`${out}.part`);
      mkdirSync(`${out}.part`);
      await expect(open("resume")).rejects.toThrow(InputError);
    },
  );

  it("leaves no file where nothing was finished", async () => {
    expect(await (await open("fresh")).keep()).toBe(false);
    expect(existsSync(`${out}.part`)).toBe(false);
  });

  it("notices a second run that writes into it", async () => {
    const first = await open("fresh");
    await first.add("a", { text: "first" });
    const second = await open("resume");
    await second.add("b", { text: "second" });
    await first.add("c", { text: "third" });
    await expect(first.read("c")).rejects.toThrow(/changed by another process/);
    await first.keep();
    await second.remove();
  });

  it("has none for what is no file", async () => {
    expect(await Journal.open(devNull, settings, "fresh")).toBeNull();
    await expect(Journal.open(devNull, settings, "resume")).rejects.toThrow(/nothing to resume/);
  });

  it("has keys that depend on every part", () => {
    expect(contentKey("a", "b")).toBe(contentKey("a", "b"));
    const keys = [contentKey("a", "b"), contentKey("ab"), contentKey("b", "a"), contentKey("a", "b", "")];
    expect(new Set(keys).size).toBe(4);
  });
});
