import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { excerpt, FormatError, InputError } from "../../core/errors.js";
import { decodeUtf8 } from "../../core/utf8.js";
import { readBytes, readLines } from "./lines.js";
import type { Annotated } from "./reader.js";
import { sourceError } from "./source.js";
import type { Span } from "./text-spans.js";
import { annotateText } from "./text-spans.js";

/**
 * The documents of a brat folder, or of one `.ann` file: texts in `.txt` files, their mentions in `.ann` files beside
 * them, by name. Fragments (`0 4;9 12`) are parts of one mention; nesting is kept; lines other than `T` are no
 * mentions. Offsets are in code points, end exclusive. Throws FormatError for lines that are no annotations, and
 * InputError for a file without its other half.
 */
export async function* readBrat(path: string): AsyncGenerator<Annotated> {
  const { folder, names } = await documentNames(path);
  for (const name of names) {
    const file = join(folder, `${name}.ann`);
    const spans = await readSpans(file);
    const text = textThatFits(await readText(join(folder, `${name}.txt`)), spans);
    yield { ...annotateText({ file, line: 1 }, text, spans, "code-points"), sourceId: name, file };
  }
}

/** The documents of a folder, in code unit order, or the one of a file. */
async function documentNames(path: string): Promise<{ folder: string; names: string[] }> {
  try {
    if (!(await stat(path)).isDirectory()) {
      return { folder: dirname(path), names: [basename(path).replace(/\.(ann|txt)$/, "")] };
    }
    const files = new Set(await readdir(path));
    const names = [...files].flatMap((file) => /^(.+)\.(?:ann|txt)$/s.exec(file)?.[1] ?? []);
    for (const name of names) {
      const missing = [`${name}.txt`, `${name}.ann`].find((file) => !files.has(file));
      if (missing !== undefined)
        throw new InputError(`${path} has no ${missing}: brat needs .txt and .ann of each`);
    }
    return { folder: path, names: [...new Set(names)].sort() };
  } catch (cause) {
    throw sourceError(path, cause);
  }
}

async function readText(file: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of readBytes(file)) chunks.push(chunk);
  return decodeUtf8(Buffer.concat(chunks), file);
}

async function readSpans(file: string): Promise<Span[]> {
  const spans: Span[] = [];
  for await (const { first, lines } of readLines(file)) {
    for (const [i, line] of lines.entries()) {
      if (/^[REAMN#*]/.test(line) || line.trim() === "") continue;
      spans.push(parseSpan(line, file, first + i));
    }
  }
  return spans;
}

/** `T1 TAB Label 0 4;9 12 TAB words` */
function parseSpan(line: string, file: string, number: number): Span {
  const [, label, offsets, surface] = /^T\S*\t(\S+) (\d+ \d+(?:;\d+ \d+)*)\t(.*)$/s.exec(line) ?? [];
  if (label === undefined || offsets === undefined) {
    throw new FormatError(file, number, `no annotation of brat: ${excerpt(line)}`);
  }
  const parts = offsets.split(";").map((fragment) => {
    const [start = 0, end = 0] = fragment.split(" ").map(Number);
    return { start, end };
  });
  return { label, parts, surface, line: number };
}

/**
 * The text whose offsets the spans count. A file that was turned to CRLF after its annotation has offsets of LF; the
 * words that brat repeats for each span tell which of the two it is.
 */
function textThatFits(text: string, spans: readonly Span[]): string {
  if (!text.includes("\r\n")) return text;
  const unified = text.replaceAll("\r\n", "\n");
  const fits = (candidate: string) => {
    const characters = [...candidate];
    return spans.filter(({ parts, surface }) => {
      const found = parts.map(({ start, end }) => characters.slice(start, end).join("")).join(" ");
      return oneLine(found) === oneLine(surface ?? "");
    }).length;
  };
  return fits(text) > fits(unified) ? text : unified;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
