import type { Chars } from "../../core/document.js";
import { documentOfWords } from "../../core/document.js";
import { FormatError } from "../../core/errors.js";
import type { ColumnFormat } from "./column-format.js";
import { lineParser, tagReader } from "./column-lines.js";
import { readLines } from "./lines.js";
import type { Mention, Reading, Remark } from "./reader.js";
import { decodeTags, labelInScheme } from "./tag-schemes.js";

/**
 * The sentences of a column file, streamed; see `readLines` for encodings. A tag that continues nothing starts a
 * mention, with a remark where the scheme forbids it. Throws FormatError with file and line for missing columns, empty
 * words and tags outside the scheme. Sentences that are not wanted may be passed over unread, faults included; those
 * that come then carry their `index`.
 */
export async function* readColumns(
  file: string,
  format: ColumnFormat,
  wants?: (index: number) => boolean,
): AsyncGenerator<Reading> {
  const passed = new PassedSentences(canPassOver(format) ? wants : undefined);
  const parse = lineParser(file, format);
  const readTag = tagReader(file, format);
  let sentence = new Sentence();
  let sourceId: string | null = null;
  let document: string | null = null;
  let documents = 0;
  const finished = (): Reading => {
    const annotated = sentence.annotate(file, format, sourceId, document);
    sentence = new Sentence();
    sourceId = null;
    return passed.isUsed ? { ...annotated, index: passed.index } : annotated;
  };
  for await (const { first, lines } of readLines(file)) {
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] ?? "";
      if (isBoundary(line)) {
        if (!sentence.isUntouched) yield finished();
        passed.endSentence();
        if (line.startsWith("-DOCSTART-")) document = documentName(line, ++documents);
        continue;
      }
      if (format.comments && sentence.isEmpty && !passed.isInside && line.startsWith("# ")) {
        sourceId = commentValue(line, /^# (?:sent_)?id\s*=?\s*(\S+)/) ?? sourceId;
        document = commentValue(line, /^# newdoc id\s*=\s*(.+)/) ?? document;
        continue;
      }
      if (passed.passesOver()) continue;
      const number = first + i;
      const { word, tags, isExtra } = parse(line, number);
      for (let layer = 0; layer < tags.length; layer++) {
        const { tag, remark } = readTag(tags[layer] ?? "", number);
        tags[layer] = tag;
        if (remark !== null) sentence.remark(number, remark);
      }
      if (isExtra) {
        checkExtraLine(file, number, tags);
        continue;
      }
      if (word === "") {
        checkEmptyWord(file, number, format, tags);
        if (format.emptyWords === "drop") sentence.remark(number, "the word is empty: left out");
        else if (!sentence.isUntouched) yield finished();
        continue;
      }
      sentence.add(word, tags, number);
    }
  }
  if (!sentence.isUntouched) yield finished();
}

/** Whether sentences can be told and counted by their boundaries alone, without reading their words. */
function canPassOver({ emptyWords, indexColumn }: ColumnFormat): boolean {
  return emptyWords === "refuse" && indexColumn === undefined;
}

/** Numbers sentences, and passes over the lines of those that are not wanted. */
class PassedSentences {
  /** The number of the sentence that the lines are of. */
  index = 0;
  /** Whether a line of the sentence has come. */
  isInside = false;
  private isPassed = false;

  constructor(private readonly wants: ((index: number) => boolean) | undefined) {}

  get isUsed(): boolean {
    return this.wants !== undefined;
  }

  /** Takes the next line of the sentence. */
  passesOver(): boolean {
    if (this.wants === undefined) return false;
    if (!this.isInside) {
      this.isInside = true;
      this.isPassed = !this.wants(this.index);
    }
    return this.isPassed;
  }

  endSentence(): void {
    if (!this.isInside) return;
    this.isInside = false;
    this.index++;
  }
}

/**
 * The labels of a file and the line of the first tag of each, without making sentences; null for a file without a word.
 * Throws what reading the sentences throws.
 */
export async function columnLabels(file: string, format: ColumnFormat): Promise<Map<string, number> | null> {
  const parse = lineParser(file, format);
  const readTag = tagReader(file, format);
  const firstLines = new Map<string, number>();
  let isEmpty = true;
  let isStart = true;
  for await (const { first, lines } of readLines(file)) {
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] ?? "";
      if (isBoundary(line)) {
        isStart = true;
        continue;
      }
      if (isStart && format.comments && line.startsWith("# ")) continue;
      const number = first + i;
      const { word, tags, isExtra } = parse(line, number);
      const read = tags.map((tag) => readTag(tag, number).tag);
      if (isExtra) checkExtraLine(file, number, read);
      if (word === "" && !isExtra) checkEmptyWord(file, number, format, read);
      if (word === "" && format.emptyWords === "boundary") isStart = true;
      if (word === "" || isExtra) continue;
      isStart = false;
      isEmpty = false;
      for (const tag of read) {
        if (tag !== "O" && !firstLines.has(tag)) firstLines.set(tag, number);
      }
    }
  }
  if (isEmpty) return null;
  const labels = new Map<string, number>();
  for (const [tag, line] of firstLines) {
    const label = labelInScheme(format.scheme, tag);
    if (label !== null && !labels.has(label)) labels.set(label, line);
  }
  return labels;
}

const hyphen = 0x2d;

/** A tab alone is a boundary too: some files part sentences by a line of empty columns. */
export function isBoundary(line: string): boolean {
  // Nearly all lines start with a letter, which is behind the hyphen.
  if (line.charCodeAt(0) > hyphen) return false;
  return line === "" || /^[ \t]*$/.test(line) || /^-DOCSTART-(?![^ \t,])/.test(line);
}

/** `-DOCSTART- (name)`, else the document's number. */
function documentName(line: string, number: number): string {
  return /\((.+)\)\s*$/.exec(line)?.[1] ?? String(number);
}

function commentValue(line: string, pattern: RegExp): string | null {
  return pattern.exec(line)?.[1]?.trim() ?? null;
}

function tagsNothing(tags: readonly string[]): boolean {
  return tags.every((tag) => tag === "O" || tag === "_" || tag === "-");
}

function checkExtraLine(file: string, line: number, tags: readonly string[]): void {
  if (tagsNothing(tags)) return;
  throw new FormatError(file, line, "a token range or an empty node has a tag of its own");
}

function checkEmptyWord(
  file: string,
  line: number,
  { emptyWords }: ColumnFormat,
  tags: readonly string[],
): void {
  const tagged = tags.find((tag) => tag !== "O");
  if (emptyWords !== "refuse" && tagged === undefined) return;
  const advice =
    tagged === undefined
      ? `mend the line, or set emptyWords to "drop"`
      : `it is tagged ${JSON.stringify(tagged)}`;
  throw new FormatError(file, line, `the word is empty: ${advice}`);
}

/** The lines of a sentence as they come in. */
class Sentence {
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
