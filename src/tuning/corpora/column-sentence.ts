import type { Chars } from "../../core/document.js";
import { documentOfWords } from "../../core/document.js";
import type { ColumnFormat } from "./column-format.js";
import type { Mention, Reading, Remark } from "./reader.js";
import { decodeTags } from "./tag-schemes.js";
import type { Wanted } from "./wanted.js";

/** The lines of a sentence as they come in. */
export class ColumnSentence {
  private readonly words: string[] = [];
  private readonly lines: number[] = [];
  /** One list for each layer. */
  private readonly layers: string[][] = [];
  private readonly remarks: Remark[] = [];

  get isEmpty(): boolean {
    return this.words.length === 0;
  }

  /** Whether no line was of it, not even one that was left out. */
  get isUntouched(): boolean {
    return this.isEmpty && this.remarks.length === 0;
  }

  add(word: string, tags: readonly string[], line: number): void {
    const before = this.words.length;
    // A line with fewer layers than its sentence, or with more, has nothing in those that others have.
    while (this.layers.length < tags.length) this.layers.push(Array<string>(before).fill("O"));
    for (let layer = 0; layer < this.layers.length; layer++) this.layers[layer]?.push(tags[layer] ?? "O");
    this.words.push(word);
    this.lines.push(line);
  }

  remark(line: number, message: string): void {
    this.remarks.push({ line, message });
  }

  annotate(file: string, format: ColumnFormat, sourceId: string | null, document: string | null): Reading {
    const [remark] = this.remarks;
    if (this.isEmpty) return { line: remark?.line ?? 0, leftOut: "it holds only empty words" };
    const mentions: Mention[] = [];
    for (const tags of this.layers) {
      const { mentions: found, breaks } = decodeTags(format.scheme, tags);
      for (const { label, parts } of found)
        mentions.push({ label, parts, line: this.lineOf(parts[0]?.start) });
      for (const at of breaks)
        this.remark(this.lineOf(at), `${tags[at]} does not follow the scheme where it stands`);
    }
    const { text, words } = format.segmentDigit ? unspaced(this.words) : documentOfWords(file, this.words);
    return {
      line: this.lineOf(0),
      text,
      words,
      mentions,
      ...(sourceId === null ? {} : { sourceId }),
      ...(document === null ? {} : { document }),
      ...(this.remarks.length === 0 ? {} : { remarks: this.remarks }),
    };
  }

  private lineOf(word: number | undefined): number {
    return this.lines[word ?? 0] ?? 0;
  }
}

/** Characters of a script without spaces: the text is what they give side by side. */
function unspaced(characters: readonly string[]): {
  readonly text: string;
  readonly words: readonly Chars[];
} {
  const words: Chars[] = [];
  let start = 0;
  for (const character of characters) {
    words.push({ start, end: start + character.length });
    start += character.length;
  }
  return { text: characters.join(""), words };
}

/** Numbers sentences, and passes over the lines of those that are not wanted. */
export class PassedSentences {
  /** The number of the sentence that the lines are of. */
  index = 0;
  /** Whether a line of the sentence has come. */
  isInside = false;
  private isPassed = false;

  constructor(private readonly wanted: Wanted | undefined) {}

  get isUsed(): boolean {
    return this.wanted !== undefined;
  }

  /** Takes the next line of the sentence. */
  passesOver(): boolean {
    if (this.wanted === undefined) return false;
    if (!this.isInside) {
      this.isInside = true;
      this.index = this.wanted.next();
      this.isPassed = !this.wanted.has(this.index);
    }
    return this.isPassed;
  }

  /** Whether a sentence ends here, read or passed over. */
  endSentence(): boolean {
    if (!this.isInside) return false;
    this.isInside = false;
    return true;
  }
}
