import { type Kernel, result } from "../kernel/kernel.js";
import { type PlainFormat, PlainSentence, wordSize } from "./plain-sentences.js";

/** What a tag of a file says. */
export interface PlainTag {
  /** Its label in the file, and the name of that: numbers from 0. Two labels may have one name. */
  readonly label: number;
  readonly name: number;
  /** Whether it starts a mention wherever it stands. */
  readonly isBegin: boolean;
}

/** What tags of a file mean, found once for each. Null: not to be taken as it is, wherever it stands. */
export type ReadPlainTag = (tag: string, line: number) => PlainTag | null;

/** What the kernel answers beside the place to go on. */
const needsBytes = -1;
const meetsTag = -2;

/** Of what the kernel keeps of a tag, beside its bytes. */
const tagRoom = 48;
const firstWords = 256;

/** Finds the sentences of a column file among its bytes. */
export class PlainScanner {
  readonly sentence: PlainSentence;

  constructor(
    private readonly kernel: Kernel,
    { separator, scheme, comments }: PlainFormat,
    private readonly readTag: ReadPlainTag,
  ) {
    this.sentence = new PlainSentence(kernel);
    kernel.tags.clear();
    kernel.calls.startFile(separator === "whitespace", scheme === "bio", comments);
    this.makeRoom(firstWords);
  }

  /** Says that the bytes are others than before, or stand elsewhere. */
  startBlock(): void {
    this.kernel.calls.startBlock();
  }

  /**
   * Finds the next sentence among the bytes of the kernel's memory from `from` on; all lines end in `\n`, and another one
   * stands behind them, at `to`. Returns where to go on, or -1 where its boundary, or the end of the file, has not come:
   * the same place is to be scanned again with more bytes. Of a sentence that is skimmed only the place is found: it never
   * counts as plain.
   */
  next(from: number, to: number, isEnd: boolean, isSkimmed: boolean): number {
    const { calls, words } = this.kernel;
    let next = calls.nextSentence(from, to, isEnd, isSkimmed);
    while (next < needsBytes) {
      if (next === meetsTag) {
        this.addTag();
        next = calls.goOn(to, isEnd);
      } else {
        this.makeRoom(2 * (words.size / wordSize));
        next = calls.nextSentence(from, to, isEnd, isSkimmed);
      }
    }
    return next;
  }

  private addTag(): void {
    const { kernel } = this;
    const [start, end] = [kernel.result(result.tagStart), kernel.result(result.tagEnd)];
    const tag = this.readTag(kernel.bytes.toString("latin1", start, end), kernel.result(result.tagLine));
    const entry = kernel.tags.take(tagRoom + end - start);
    kernel.calls.addTag(start, end, entry, tag?.label ?? -1, tag?.name ?? -1, tag?.isBegin ?? false);
  }

  private makeRoom(words: number): void {
    const region = this.kernel.words;
    region.reserve(words * wordSize);
    this.kernel.calls.setWords(region.at, Math.floor(region.size / wordSize));
  }
}
