import { InputError } from "../../core/errors.js";
import { type ViewedBytes, viewed } from "../viewed-bytes.js";
import { ColumnLabels, ColumnReader } from "./columns.js";
import { decodeLines, type LineBlock, passingBytes } from "./lines.js";
import { PlainScanner } from "./plain-scanner.js";
import type { PlainFormat, PlainSentence, PlainTag } from "./plain-sentences.js";
import type { ReadPlainTag } from "./plain-tags.js";
import type { Annotated } from "./reader.js";
import { labelInScheme } from "./tag-schemes.js";

/** A sentence as it stands among the bytes of its file, or as its reader finds it where it is not plain. */
export type FileSentence = PlainSentence | Annotated;

/**
 * The sentences of a file of plain format, in blocks: those that `readColumns` finds, with the same faults. What a block
 * gives is gone with the next sentence. A sentence that `passesOver` takes may come as null, unread.
 *
 * @param nameTag names the label of a tag by its number, from 0; null for one that must not be taken as it is.
 */
export async function* plainSentences(
  file: string,
  format: PlainFormat,
  nameTag: (label: string) => number | null,
  passesOver: () => boolean,
): AsyncGenerator<Iterable<FileSentence | null>> {
  const scanner = new PlainScanner(format, plainTagReader(format, nameTag));
  const reader = new ColumnReader(file, format);
  for await (const block of blocksOf(file)) yield sentencesOf(block, scanner, reader, file, passesOver);
}

function* sentencesOf(
  block: Block,
  scanner: PlainScanner,
  reader: ColumnReader,
  file: string,
  passesOver: () => boolean,
): Generator<FileSentence | null> {
  const { among, length, isEnd } = block;
  const { sentence } = scanner;
  for (;;) {
    const isPassedOver = passesOver();
    const next = scanner.next(among, block.used, length, isEnd, isPassedOver);
    if (next === -1) return;
    block.used = next;
    if (sentence.isPlain && !sentence.hasWords) continue;
    // A byte order mark may hide a comment in the first line.
    const isSentence = sentence.hasWords && (sentence.isPlain || sentence.line > 1);
    if (isSentence && isPassedOver) yield null;
    else if (sentence.isPlain) yield sentence;
    else {
      for (const readings of [reader.take(linesOf(sentence, file)), reader.end()]) {
        for (const entry of readings) if (!("leftOut" in entry)) yield entry;
      }
    }
  }
}

/** The labels of a file of plain format: what `columnLabels` finds, with the same faults. */
export async function plainLabels(file: string, format: PlainFormat): Promise<Map<string, number> | null> {
  const labels = new ColumnLabels(file, format);
  const read = plainTagReader(format, () => 0);
  const scanner = new PlainScanner({ ...format, scheme: "iob1" }, (tag, line) => {
    const found = read(tag, line);
    if (found !== null) labels.takeTag(tag, line);
    return found;
  });
  const { sentence } = scanner;
  for await (const block of blocksOf(file)) {
    const { among, length, isEnd } = block;
    for (;;) {
      const next = scanner.next(among, block.used, length, isEnd, false);
      if (next === -1) break;
      block.used = next;
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
function linesOf({ among, start, end, line }: PlainSentence, file: string): LineBlock {
  return { first: line, lines: decodeLines(among.bytes.subarray(start, end - 1), file, line) };
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

/** Some bytes of a file, up to a line end. Whoever reads them says up to where they are used: the rest comes again. */
interface Block {
  /** Behind `length` comes a line end of its own. */
  readonly among: ViewedBytes;
  readonly length: number;
  readonly isEnd: boolean;
  used: number;
}

/** Larger than for lines, which become strings: to wait for each read takes longer than the read. */
const readAtOnce = 1 << 18;
const firstSize = 2 * readAtOnce;
/** For the line ends that a block adds, and for reading four bytes at once. */
const spare = 8;
const newline = 0x0a;

async function* blocksOf(file: string): AsyncGenerator<Block> {
  let among = viewed(Buffer.alloc(firstSize));
  let length = 0;
  for await (const chunk of passingBytes(file, readAtOnce)) {
    if (length + chunk.length + spare > among.bytes.length) {
      const grown = Buffer.alloc(2 * (length + chunk.length + spare));
      among.bytes.copy(grown, 0, 0, length);
      among = viewed(grown);
    }
    length += chunk.copy(among.bytes, length);
    among.bytes[length] = newline;
    const block = { among, length, isEnd: false, used: 0 };
    yield block;
    among.bytes.copyWithin(0, block.used, length);
    length -= block.used;
  }
  const { bytes } = among;
  if (length > 0 && bytes[length - 1] !== newline) bytes[length++] = newline;
  bytes[length] = newline;
  yield { among, length, isEnd: true, used: 0 };
}
