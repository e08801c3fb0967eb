import { FormatError } from "../../core/errors.js";
import type { ColumnFormat } from "./column-format.js";
import { lineParser, tagReader } from "./column-lines.js";
import { ColumnSentence, PassedSentences } from "./column-sentence.js";
import type { LineBlock } from "./lines.js";
import { readLines } from "./lines.js";
import type { Reading } from "./reader.js";
import { labelInScheme } from "./tag-schemes.js";
import type { Wanted } from "./wanted.js";

/**
 * The sentences of a column file, streamed; see `readLines` for encodings. A tag that continues nothing starts a
 * mention, with a remark where the scheme forbids it. Throws FormatError with file and line for missing columns, empty
 * words and tags outside the scheme. Sentences that are not wanted may be passed over unread, faults included; those
 * that come then carry their `index`.
 */
export async function* readColumns(
  file: string,
  format: ColumnFormat,
  wanted?: Wanted,
): AsyncGenerator<Reading> {
  const reader = new ColumnReader(file, format, wanted);
  for await (const block of readLines(file)) yield* reader.take(block);
  yield* reader.end();
}

/** Makes sentences of the lines of a column file; see `readColumns`. */
export class ColumnReader {
  private readonly passed: PassedSentences;
  private readonly parse: ReturnType<typeof lineParser>;
  private readonly readTag: ReturnType<typeof tagReader>;
  private sentence = new ColumnSentence();
  private sourceId: string | null = null;
  private document: string | null = null;
  private documents = 0;

  constructor(
    private readonly file: string,
    private readonly format: ColumnFormat,
    wanted?: Wanted,
  ) {
    this.passed = new PassedSentences(canPassOver(format) ? wanted : undefined);
    this.parse = lineParser(file, format);
    this.readTag = tagReader(file, format);
  }

  /** The sentences that end in a block of lines. */
  *take({ first, lines }: LineBlock): Generator<Reading> {
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] ?? "";
      if (isBoundary(line)) {
        yield* this.end();
        // A sentence that was passed over keeps its comments from the next one.
        if (this.passed.endSentence()) this.sourceId = null;
        if (line.startsWith("-DOCSTART-")) this.document = documentName(line, ++this.documents);
      } else if (!this.isComment(line) && !this.passed.passesOver()) {
        if (this.endsSentence(line, first + i)) yield* this.end();
      }
    }
  }

  /** The sentence whose lines have come, if there is one. */
  *end(): Generator<Reading> {
    if (this.sentence.isUntouched) return;
    const annotated = this.sentence.annotate(this.file, this.format, this.sourceId, this.document);
    this.sentence = new ColumnSentence();
    this.sourceId = null;
    yield this.passed.isUsed ? { ...annotated, index: this.passed.index } : annotated;
  }

  private isComment(line: string): boolean {
    const mayBe = this.format.comments && this.sentence.isEmpty && !this.passed.isInside;
    if (!mayBe || !line.startsWith("# ")) return false;
    this.sourceId = commentValue(line, /^# (?:sent_)?id\s*=?\s*(\S+)/) ?? this.sourceId;
    this.document = commentValue(line, /^# newdoc id\s*=\s*(.+)/) ?? this.document;
    return true;
  }

  /** Takes a line of a sentence; whether it ends the sentence all the same. */
  private endsSentence(line: string, number: number): boolean {
    const { file, format, sentence } = this;
    const { word, tags, isExtra } = this.parse(line, number);
    for (let layer = 0; layer < tags.length; layer++) {
      const { tag, remark } = this.readTag(tags[layer] ?? "", number);
      tags[layer] = tag;
      if (remark !== null) sentence.remark(number, remark);
    }
    if (isExtra) {
      checkExtraLine(file, number, tags);
      return false;
    }
    if (word !== "") {
      sentence.add(word, tags, number);
      return false;
    }
    checkEmptyWord(file, number, format, tags);
    if (format.emptyWords === "drop") sentence.remark(number, "the word is empty: left out");
    return format.emptyWords !== "drop";
  }
}

/** Whether sentences can be told and counted by their boundaries alone, without reading their words. */
function canPassOver({ emptyWords, indexColumn }: ColumnFormat): boolean {
  return emptyWords === "refuse" && indexColumn === undefined;
}

/**
 * The labels of a file and the line of the first tag of each, without making sentences; null for a file without a word.
 * Throws what reading the sentences throws.
 */
export async function columnLabels(file: string, format: ColumnFormat): Promise<Map<string, number> | null> {
  const labels = new ColumnLabels(file, format);
  for await (const block of readLines(file)) labels.take(block);
  return labels.isEmpty ? null : labels.firstLines();
}

/** Gathers the labels of lines of a column file. */
export class ColumnLabels {
  private readonly parse: ReturnType<typeof lineParser>;
  private readonly readTag: ReturnType<typeof tagReader>;
  private readonly firstTags = new Map<string, number>();
  private isStart = true;
  /** Whether no word has come. */
  isEmpty = true;

  constructor(
    private readonly file: string,
    private readonly format: ColumnFormat,
  ) {
    this.parse = lineParser(file, format);
    this.readTag = tagReader(file, format);
  }

  take({ first, lines }: LineBlock): void {
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] ?? "";
      if (isBoundary(line)) this.isStart = true;
      else if (!(this.isStart && this.format.comments && line.startsWith("# ")))
        this.takeLine(line, first + i);
    }
  }

  /** The next line is the first of a sentence. */
  startSentence(): void {
    this.isStart = true;
  }

  /** Takes note of a tag that is no `O`. */
  takeTag(tag: string, line: number): void {
    if (!this.firstTags.has(tag)) this.firstTags.set(tag, line);
  }

  /** The labels, and the line of the first tag of each. */
  firstLines(): Map<string, number> {
    const labels = new Map<string, number>();
    for (const [tag, line] of this.firstTags) {
      const label = labelInScheme(this.format.scheme, tag);
      if (label !== null && !labels.has(label)) labels.set(label, line);
    }
    return labels;
  }

  private takeLine(line: string, number: number): void {
    const { file, format } = this;
    const { word, tags, isExtra } = this.parse(line, number);
    const read = tags.map((tag) => this.readTag(tag, number).tag);
    if (isExtra) checkExtraLine(file, number, read);
    if (word === "" && !isExtra) checkEmptyWord(file, number, format, read);
    if (word === "" && format.emptyWords === "boundary") this.isStart = true;
    if (word === "" || isExtra) return;
    this.isStart = false;
    this.isEmpty = false;
    for (const tag of read) if (tag !== "O") this.takeTag(tag, number);
  }
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
