import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { addAbortSignal } from "node:stream";
import { z } from "zod";
import { FormatError, InputError } from "../core/errors.js";
import { decodeUtf8 } from "../core/utf8.js";
import { readJsonl, readTextLines } from "./jsonl.js";

/** A text to be searched, and what it is called: the path of its file, or the `id` of its row. */
export interface SourceText {
  readonly id?: string | number;
  readonly text: string;
}

/** One document of the input, or why it cannot be read. */
export type SourceDocument =
  | SourceText
  | { readonly id?: string | number; readonly error: FormatError | InputError };

/** The documents of a command line. */
export interface Sources {
  /** Whether there is one text and nothing else, so that its fault is that of the whole command. */
  readonly isSingle: boolean;
  /** How many documents there are; null where only reading tells. */
  readonly count: number | null;
  documents(signal: AbortSignal): AsyncGenerator<SourceDocument>;
}

/**
 * What arguments name: texts, text files (each is a document, with `lines` each non-empty line of them), `.jsonl` files
 * of `{"id"?, "text"}` rows, `-` or nothing for standard input. Throws InputError for a path that is not there.
 */
export function sourcesOf(args: readonly string[], lines: boolean): Sources {
  const names = args.length === 0 ? ["-"] : args;
  const readers = names.map((name) => readerOf(name, lines));
  const isMany = lines || names.some(isRows);
  return {
    isSingle: !isMany && names.length === 1,
    count: isMany ? null : names.length,
    async *documents(signal) {
      for (const read of readers) yield* read(signal);
    },
  };
}

/** The files that a list names, one per line. Throws InputError for a list of none, and for one that is not there. */
export async function listedFiles(list: string, signal: AbortSignal): Promise<string[]> {
  const text = list === "-" ? await readStandardInput(signal) : await readText(list);
  const files = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (files.length === 0) throw new InputError(`--files-from: ${list} names no file`);
  const absent = files.find((file) => !existsSync(file));
  if (absent !== undefined) throw new InputError(`--files-from: there is no file ${absent}`);
  return files;
}

type Reader = (signal: AbortSignal) => AsyncGenerator<SourceDocument>;

/** What a mistyped path looks like: one word that ends as text files do. A URL is a text. */
const missingPath = /^(?!\w+:\/\/)\S+\.(?:txt|text|md|json|jsonl|csv|tsv|html|xml|log)$/i;

function isRows(name: string): boolean {
  return /\.jsonl$/i.test(name) && existsSync(name);
}

function readerOf(name: string, lines: boolean): Reader {
  if (name !== "-" && !existsSync(name)) {
    if (missingPath.test(name)) {
      throw new InputError(
        `there is no file ${name}; a text that looks like one can come from standard input`,
      );
    }
    return () => textArgument(name, lines);
  }
  if (isRows(name)) return (signal) => rowsOf(name, signal);
  return lines ? (signal) => linesOf(name, signal) : (signal) => wholeFile(name, signal);
}

async function* textArgument(text: string, lines: boolean): AsyncGenerator<SourceText> {
  if (!lines) yield { text };
  else for (const line of text.split(/\r?\n/)) if (line.trim() !== "") yield { text: line };
}

async function* wholeFile(name: string, signal: AbortSignal): AsyncGenerator<SourceDocument> {
  const named = name === "-" ? {} : { id: name };
  try {
    yield { ...named, text: name === "-" ? await readStandardInput(signal) : await readText(name) };
  } catch (error) {
    signal.throwIfAborted();
    yield { ...named, error: readingError(error) };
  }
}

async function* linesOf(name: string, signal: AbortSignal): AsyncGenerator<SourceDocument> {
  hintAtTerminal(name);
  for await (const { line, ...content } of readTextLines(name, signal)) {
    const named = name === "-" ? {} : { id: `${name}:${line}` };
    if ("error" in content || content.text.trim() !== "") yield { ...named, ...content };
  }
}

const row = z.object({ id: z.union([z.string(), z.number()]).nullish(), text: z.string() });

async function* rowsOf(name: string, signal: AbortSignal): AsyncGenerator<SourceDocument> {
  for await (const line of readJsonl(name, signal)) {
    if ("error" in line) {
      yield { error: line.error };
      continue;
    }
    const checked = row.safeParse(line.value);
    const id = checked.data?.id ?? idOf(line.value);
    const named = id === null ? {} : { id };
    if (checked.success) yield { ...named, text: checked.data.text };
    else
      yield {
        ...named,
        error: new FormatError(name, line.line, 'expected {"text": "..."}, with or without "id"'),
      };
  }
}

/** A row without a text may still say which it is. */
function idOf(value: unknown): string | number | null {
  return row.pick({ id: true }).safeParse(value).data?.id ?? null;
}

function readingError(error: unknown): FormatError | InputError {
  if (error instanceof FormatError || error instanceof InputError) return error;
  throw error;
}

async function readStandardInput(signal: AbortSignal): Promise<string> {
  hintAtTerminal("-");
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of addAbortSignal(signal, process.stdin)) chunks.push(Buffer.from(chunk));
  } catch (cause) {
    throw new InputError("standard input cannot be read", { cause });
  }
  return decodeUtf8(Buffer.concat(chunks), "standard input");
}

function hintAtTerminal(name: string): void {
  if (name === "-" && process.stdin.isTTY) {
    process.stderr.write("gner: reading standard input, end with Ctrl-D\n");
  }
}

/** A UTF-8 file. Throws InputError where it cannot be read, FormatError where it is not UTF-8. */
export async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    throw new InputError(`${file} cannot be read (${cause.code ?? cause.message})`, { cause });
  });
  return decodeUtf8(bytes, file);
}
