import { type Kernel, result } from "../kernel/kernel.js";
import type { ColumnFormat } from "./column-format.js";
import type { CorpusFormat } from "./formats.js";

/**
 * A column file whose sentences can mostly be taken from its bytes as they are: a word first and its tag last, between
 * tabs or white space, one line a word. What one of its sentences holds beyond that is read as ever.
 */
export type PlainFormat = ColumnFormat & { readonly kind: "columns" };

export function isPlainFormat(format: CorpusFormat): format is PlainFormat {
  if (format.kind !== "columns" || format.wordColumn !== 0 || format.tagColumn !== -1) return false;
  const { separator, scheme, emptyWords, indexColumn, layers, segmentDigit } = format;
  const isOneLineAWord = indexColumn === undefined && emptyWords === "refuse" && !segmentDigit && !layers;
  return isOneLineAWord && (separator === "tab" || separator === "whitespace") && scheme !== "bioes";
}

/** Bytes of what the kernel keeps of a word: where it starts and ends, and its tag. */
export const wordSize = 12;

/** The sentence that a kernel found last. */
export class PlainSentence {
  constructor(readonly kernel: Kernel) {}

  /** The number of its first line, from 1. */
  get line(): number {
    return this.kernel.result(result.line);
  }

  /** Whether words and tags are all that is to say of it. Otherwise its lines are to be read one by one. */
  get isPlain(): boolean {
    return this.kernel.result(result.isPlain) !== 0;
  }

  /** Whether it has a line that is no comment. */
  get hasWords(): boolean {
    return this.kernel.result(result.hasWords) !== 0;
  }

  get hasMentions(): boolean {
    return this.kernel.result(result.hasMentions) !== 0;
  }

  /** How many words it has, where it is plain. */
  get words(): number {
    return this.kernel.result(result.words);
  }

  /** Characters of all words: as many as bytes. */
  get characters(): number {
    return this.kernel.result(result.characters);
  }

  /** Its lines, without the boundary. */
  get lines(): Buffer {
    const { kernel } = this;
    return kernel.bytes.subarray(kernel.result(result.start), kernel.result(result.end) - 1);
  }

  word(index: number): string {
    return this.kernel.bytes.toString("latin1", this.field(index, 0), this.field(index, 1));
  }

  /** Of a word: 0 for `O`, else 1 + 2 * the label's name, and 1 more where the word goes on with a mention. */
  tag(index: number): number {
    return this.field(index, 2);
  }

  /** The labels of its mentions, as often as they come. */
  presentLabels(labels: readonly string[]): string[] {
    const present: string[] = [];
    if (!this.hasMentions) return present;
    for (let word = 0; word < this.words; word++) {
      const tag = this.tag(word);
      const label = (tag & 1) === 1 ? labels[tag >> 1] : undefined;
      if (label !== undefined) present.push(label);
    }
    return present;
  }

  /** Its letters and digits in lower case; where it has none, all its characters. Gone with the next call. */
  folded(): Buffer {
    const { kernel, characters } = this;
    kernel.folded.reserve(characters);
    const { at } = kernel.folded;
    return kernel.bytes.subarray(at, at + kernel.calls.foldWords(at));
  }

  private field(word: number, field: number): number {
    const { words, numbers } = this.kernel;
    return numbers[words.at / 4 + word * (wordSize / 4) + field] ?? 0;
  }
}

/** Sentences to come, most of them plain, as bytes of a kernel's memory. It is used again for the next ones. */
export class PlainRun {
  /** Bytes as `PlainScanner.next` takes them. */
  from = 0;
  to = 0;
  isLast = false;
  /** Whoever gets it may take so many sentences of the scanner's kernel, if they are plain, and says how many it took. */
  most = 0;
  taken = 0;
  /** Where the taken ones end. */
  reached = 0;
}
