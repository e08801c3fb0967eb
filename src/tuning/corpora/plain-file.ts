import { InputError } from "../../core/errors.js";
import { Kernel } from "../kernel/kernel.js";
import { ColumnLabels, ColumnReader } from "./columns.js";
import { decodeLines, type LineBlock, passingBytes } from "./lines.js";
import { PlainScanner, type PlainTag, type ReadPlainTag } from "./plain-scanner.js";
import { type PlainFormat, PlainRun, type PlainSentence } from "./plain-sentences.js";
import type { Annotated } from "./reader.js";
import { labelInScheme } from "./tag-schemes.js";

/**
 * A sentence as it stands among the bytes of its file, or as its reader finds it where it is not plain; an offer to take the
 * next ones at once; null for one that is passed over.
 */
export type FileSentence = PlainSentence | Annotated | PlainRun | null;

/**
 * The sentences of a file of plain format, in blocks: those that `readColumns` finds, with the same faults. What a block
 * gives is gone with the next sentence.
 *
 * @param nameTag names the label of a tag by its number, from 0; null for one that must not be taken as it is.
 * @param wanted how many of the next sentences may be taken at once: with more than 1 they are offered so. With 0 the next
 * one may come as null, unread.
 */
export async function* plainSentences(
  kernel: Kernel,
  file: string,
  format: PlainFormat,
  nameTag: (label: string) => number | null,
  wanted: () => number,
): AsyncGenerator<Iterable<FileSentence>> {
  const scanner = new PlainScanner(kernel, format, plainTagReader(format, nameTag));
  const reader = new ColumnReader(file, format);
  for await (const block of blocksOf(file, kernel)) {
    yield sentencesOf(block, scanner, reader, file, wanted);
  }
}

function* sentencesOf(
  block: Block,
  scanner: PlainScanner,
  reader: ColumnReader,
  file: string,
  wanted: () => number,
): Generator<FileSentence> {
  const { sentence } = scanner;
  const run = new PlainRun();
  scanner.startBlock();
  for (;;) {
    const most = wanted();
    if (most > 1) {
      yield offer(run, block, most);
      block.at = run.reached;
      if (run.taken === most) continue;
    }
    const isPassedOver = most === 0;
    const next = scanner.next(block.at, block.end, block.isLast, isPassedOver);
    if (next === -1) return;
    block.at = next;
    const { isPlain, hasWords } = sentence;
    if (isPlain && !hasWords) continue;
    // A byte order mark may hide a comment in the first line.
    const isSentence = hasWords && (isPlain || sentence.line > 1);
    if (isSentence && isPassedOver) yield null;
    else if (isPlain) yield sentence;
    else {
      for (const readings of [reader.take(linesOf(sentence, file)), reader.end()]) {
        for (const entry of readings) if (!("leftOut" in entry)) yield entry;
      }
    }
  }
}

function offer(run: PlainRun, { at, end, isLast }: Block, most: number): PlainRun {
  run.from = at;
  run.to = end;
  run.isLast = isLast;
  run.most = most;
  run.taken = 0;
  run.reached = at;
  return run;
}

/** The labels of a file of plain format: what `columnLabels` finds, with the same faults. */
export async function plainLabels(file: string, format: PlainFormat): Promise<Map<string, number> | null> {
  const kernel = Kernel.take();
  try {
    return await labelsFound(kernel, file, format);
  } finally {
    kernel.release();
  }
}

async function labelsFound(
  kernel: Kernel,
  file: string,
  format: PlainFormat,
): Promise<Map<string, number> | null> {
  const labels = new ColumnLabels(file, format);
  const read = plainTagReader(format, () => 0);
  const scanner = new PlainScanner(kernel, { ...format, scheme: "iob1" }, (tag, line) => {
    const found = read(tag, line);
    if (found !== null) labels.takeTag(tag, line);
    return found;
  });
  const { sentence } = scanner;
  for await (const block of blocksOf(file, kernel)) {
    scanner.startBlock();
    for (;;) {
      const next = scanner.next(block.at, block.end, block.isLast, false);
      if (next === -1) break;
      block.at = next;
      if (sentence.isPlain) {
        labels.isEmpty &&= sentence.words === 0;
      } else {
        labels.startSentence();
        labels.take(linesOf(sentence, file));
      }
    }
  }
  return labels.isEmpty ? null : labels.firstLines();
}

/** Its lines as text. Throws FormatError for what is not UTF-8. */
function linesOf({ lines, line }: PlainSentence, file: string): LineBlock {
  return { first: line, lines: decodeLines(lines, file, line) };
}

function plainTagReader({ scheme }: PlainFormat, nameTag: (label: string) => number | null): ReadPlainTag {
  const labels = new Map<string, { readonly label: number; readonly name: number | null }>();
  return (tag): PlainTag | null => {
    let text: string | null;
    try {
      text = labelInScheme(scheme, tag);
    } catch (error) {
      // Its reader says what is wrong with it.
      if (error instanceof InputError) return null;
      throw error;
    }
    if (text === null) return null;
    const known = labels.get(text) ?? { label: labels.size, name: nameTag(text) };
    labels.set(text, known);
    const { label, name } = known;
    return name === null ? null : { label, name, isBegin: scheme !== "io" && tag.startsWith("B-") };
  };
}

/** Bytes of a file in a kernel's memory. Whoever takes them moves `at`: the rest comes again. */
interface Block {
  at: number;
  /** A line end of its own stands here. */
  readonly end: number;
  readonly isLast: boolean;
}

/** Larger than for lines, which become strings: to wait for each read takes longer than the read. */
const readAtOnce = 1 << 18;
const firstSize = 2 * readAtOnce;
/** For the line ends that a block adds. */
const spare = 2;
const newline = 0x0a;

async function* blocksOf(file: string, kernel: Kernel): AsyncGenerator<Block> {
  const region = kernel.block;
  region.reserve(firstSize);
  let length = 0;
  for await (const chunk of passingBytes(file, readAtOnce)) {
    region.reserve(length + chunk.length + spare, length);
    const start = region.at;
    length += chunk.copy(kernel.bytes, start + length);
    kernel.bytes[start + length] = newline;
    const block = { at: start, end: start + length, isLast: false };
    yield block;
    kernel.bytes.copyWithin(start, block.at, block.end);
    length = block.end - block.at;
  }
  const { bytes } = kernel;
  const start = region.at;
  if (length > 0 && bytes[start + length - 1] !== newline) bytes[start + length++] = newline;
  bytes[start + length] = newline;
  yield { at: start, end: start + length, isLast: true };
}
